import { z } from 'zod';
import type { Effect } from '../config/define.js';
import type { ConfigIssue } from '../config/issues.js';

/**
 * Status codes of replies, with the meaning that they have in HTTP. 202: begun, the outcome follows. 422: understood, but
 * the device could not run with it, so that it was rolled back. 507: no room on the disk.
 */
const replyCodes = [200, 202, 400, 403, 404, 409, 413, 422, 429, 500, 503, 507] as const;
export type ReplyCode = (typeof replyCodes)[number];

export interface Reply {
  readonly code: ReplyCode;
  readonly message?: string;
  readonly details?: readonly ConfigIssue[];
  readonly revision?: number;
  readonly effect?: Effect;
  /** What a command was asked for. */
  readonly data?: unknown;
}

/** A request that cannot be met; becomes the reply. */
export class RequestError extends Error {
  readonly reply: Reply;

  constructor(code: ReplyCode, message: string, details: readonly ConfigIssue[] = []) {
    super(message);
    this.reply = { code, message, details };
  }

  /** The same with more in its reply. */
  with(more: Partial<Reply>): RequestError {
    const { code, details } = this.reply;
    return Object.assign(new RequestError(code, this.message, details), { reply: { ...this.reply, ...more } });
  }
}

export type RequestId = string | number | null;

const maxDetails = 100;

/** What goes out. Every answer has the same keys, whatever was asked; `data` only where there is some. */
export function replyPayload(device: string, id: RequestId, reply: Reply): Record<string, unknown> {
  const { code, message = '', details = [], revision = null, effect = null, data } = reply;
  return {
    id,
    device,
    status: code < 400 ? 'ok' : 'error',
    code,
    message,
    details: details.slice(0, maxDetails),
    revision,
    effect,
    ...(data === undefined ? {} : { data }),
  };
}

/** Zod's findings in a message, as details of a reply. */
export function issuesOf(error: z.ZodError): ConfigIssue[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => ({ path: cut([...issue.path, name].join('.')), message: 'unknown key' }))
      : [{ path: cut(issue.path.join('.')), message: sentence(issue.message) }],
  );
}

/** Zod's wording without what speaks of its own types. */
function sentence(message: string): string {
  if (/received undefined$/.test(message)) return 'is missing';
  return cut(message.replace(/^Invalid input: /, ''));
}

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 197)}...` : text);

/** Any id that a sender may give a request; it comes back in the reply. */
export const requestId = z
  .union([z.string().max(128), z.number()])
  .nullable()
  .default(null);
