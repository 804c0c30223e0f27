import { sleepUntilAborted } from '../util/sleep.js';

/**
 * Keeps a steady rate: each `next()` resolves one period after the one before. A caller that is
 * late skips the ticks that it has missed and does not catch up.
 */
export class Pace {
  readonly #periodMs: number;
  readonly #signal: AbortSignal;
  #dueMs = performance.now();

  constructor(framesPerSecond: number, signal: AbortSignal) {
    this.#periodMs = 1000 / framesPerSecond;
    this.#signal = signal;
  }

  /** Resolves to the number of ticks that were missed. */
  async next(): Promise<number> {
    const waitMs = this.#dueMs - performance.now();
    // also without a wait the event loop must get its turn
    await sleepUntilAborted(Math.max(0, waitMs), this.#signal);
    const missed = Math.max(0, Math.floor((performance.now() - this.#dueMs) / this.#periodMs));
    this.#dueMs += (missed + 1) * this.#periodMs;
    return missed;
  }
}
