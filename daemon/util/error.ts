import type { ErrorCode } from './error-codes.js';

/** An error that says what happened, where, and what to do next; `code` is stable and listed in error-codes.ts. */
export class ZynqnetError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ZynqnetError';
    this.code = code;
  }
}

/** What an error says, without its stack. Never empty: connecting to several addresses fails with an error that has no text. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return codeOf(error) ?? String(error);
}

/** The stable code of an error (ours, Node's, or the native addon's), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
