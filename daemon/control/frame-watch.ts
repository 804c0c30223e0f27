import type { Frame } from '../camera/frame.js';
import type { ResultPayload } from '../mqtt/topics/payloads.js';

export interface Seen {
  readonly frame: Frame;
  readonly result: ResultPayload;
}

interface Wait {
  readonly fits: (seen: Seen) => boolean;
  left: number;
  readonly done: () => void;
}

/** The frames that got an answer, as they come: the latest, and a way to wait for some. */
export class FrameWatch {
  #latest: Seen | undefined;
  #atMs = Number.NEGATIVE_INFINITY;
  readonly #waits = new Set<Wait>();

  get latest(): Seen | undefined {
    return this.#latest;
  }

  /** Time since the last answer; infinite before the first. */
  silentMs(nowMs = performance.now()): number {
    return nowMs - this.#atMs;
  }

  /** A frame got an answer. */
  result(result: ResultPayload, frame: Frame): void {
    const seen = { frame, result };
    this.#latest = seen;
    this.#atMs = performance.now();
    for (const wait of this.#waits) {
      if (wait.fits(seen)) wait.left -= 1;
      if (wait.left <= 0) wait.done();
    }
  }

  /** Resolves to whether `count` frames that `fits` accepts came within `limitMs`; false at once when aborted. */
  waitFor(count: number, fits: (seen: Seen) => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (came: boolean) => {
        clearTimeout(timer);
        this.#waits.delete(wait);
        signal.removeEventListener('abort', abort);
        resolve(came);
      };
      const abort = () => end(false);
      const wait: Wait = { fits, left: count, done: () => end(true) };
      const timer = setTimeout(() => end(false), limitMs);
      signal.addEventListener('abort', abort, { once: true });
      this.#waits.add(wait);
    });
  }
}
