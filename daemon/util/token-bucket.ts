/** Lets a burst through and then `perSecond` on average; counts what it refuses. */
export class TokenBucket {
  readonly #perSecond: () => number;
  readonly #burstSeconds: number;
  #tokens: number | undefined;
  #atMs = 0;
  #refused = 0;

  /** The rate is asked each time, so that a change is live; the burst is what `burstSeconds` bring, at least one. */
  constructor(perSecond: () => number, burstSeconds: number) {
    this.#perSecond = perSecond;
    this.#burstSeconds = burstSeconds;
  }

  /** `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    const rate = this.#perSecond();
    const max = Math.max(1, rate * this.#burstSeconds);
    const gained = (rate * Math.max(0, nowMs - this.#atMs)) / 1000;
    this.#tokens = Math.min(max, (this.#tokens ?? max) + gained);
    this.#atMs = nowMs;
    if (this.#tokens < 1) {
      this.#refused += 1;
      return false;
    }
    this.#tokens -= 1;
    return true;
  }

  /** How many were refused since the last call. */
  takeRefused(): number {
    const refused = this.#refused;
    this.#refused = 0;
    return refused;
  }
}
