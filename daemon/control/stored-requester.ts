import { z } from 'zod';
import type { Requester } from './inbox.js';

const schema = z.object({
  id: z.union([z.string(), z.number()]).nullable().catch(null),
  responseTopic: z.string().optional(),
  correlationData: z.string().optional(),
});

/** A requester as the state folder keeps it, so that a process after a restart can answer; binary data in base64. */
export function storedRequester({ id, responseTopic, correlationData }: Requester) {
  return {
    id,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: correlationData.toString('base64') }),
  };
}

/** The requester of such a record; one without an id where that is damaged. */
export function requesterOf(stored: object): Requester {
  const { id, responseTopic, correlationData } = schema.parse(stored);
  return {
    id,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: Buffer.from(correlationData, 'base64') }),
  };
}
