import type { ErrorCode } from './error-codes.js';

/** An error that tells what happened, where, and what to do next; `code` is stable and listed in `codes.ts`. */
export class ZynqnetError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ZynqnetError';
    this.code = code;
  }
}
