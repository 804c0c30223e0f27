import type { StoredCandidate } from '../config/candidate-file.js';
import type { Requester } from './inbox.js';

type StoredRequester = StoredCandidate['answer'];

/** A requester as the state folder keeps it, so that the process after a restart can answer. */
export function storedRequester({ id, responseTopic, correlationData }: Requester): StoredRequester {
  return {
    id,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: correlationData.toString('base64') }),
  };
}

export function requesterOf({ id, responseTopic, correlationData }: StoredRequester): Requester {
  return {
    id,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: Buffer.from(correlationData, 'base64') }),
  };
}
