/** `full`: anywhere below the ceiling, to spread many clients of one server. `equal`: in its upper half, never at once. */
export type Jitter = 'full' | 'equal';

/**
 * Waits between attempts: a ceiling that doubles from `minMs` to `maxMs`, and a random part of it.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #jitter: Jitter;
  readonly #random: () => number;
  #attempt = 0;

  constructor(minMs: number, maxMs: number, jitter: Jitter, random: () => number = Math.random) {
    this.#minMs = Math.min(minMs, maxMs);
    this.#maxMs = maxMs;
    this.#jitter = jitter;
    this.#random = random;
  }

  nextMs(): number {
    const ceiling = Math.min(this.#maxMs, this.#minMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt += 1;
    return ceiling * (this.#jitter === 'full' ? this.#random() : 0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
