/** The work under a time limit did not end in time. */
export class TimeLimitError extends Error {
  readonly limitMs: number;

  constructor(limitMs: number, what = 'no answer') {
    super(`${what} within ${limitMs / 1000} s`);
    this.name = 'TimeLimitError';
    this.limitMs = limitMs;
  }
}

export interface TimeLimitOptions {
  /** The error for work that is late; a TimeLimitError if not given. */
  readonly late?: () => Error;
  /** Ends the wait early: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Settles as `work` does, or rejects with the late error after `limitMs`. The work itself cannot be stopped from here: it
 * goes on, and how it then ends is ignored.
 */
export async function withTimeLimit<T>(
  work: Promise<T>,
  limitMs: number,
  { late = () => new TimeLimitError(limitMs), signal }: TimeLimitOptions = {},
): Promise<T> {
  signal?.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(late())), limitMs);
    const abort = () => end(() => reject(signal?.reason));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort, { once: true });
    work.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}

/** Whether `work` ends within `limitMs`; rejects if it fails by then. */
export function endsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const late = new TimeLimitError(limitMs);
  return withTimeLimit(work, limitMs, { late: () => late }).then(
    () => true,
    (error: unknown) => {
      if (error === late) return false;
      throw error;
    },
  );
}
