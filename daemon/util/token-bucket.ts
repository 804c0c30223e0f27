/** Lets a burst through and then `perSecond` on average. */
export class TokenBucket {
  readonly #perSecond: () => number;
  readonly #burstSeconds: number;
  #tokens: number | undefined;
  #atMs = 0;

  /** The rate is asked each time; the burst is what `burstSeconds` bring, at least one. */
  constructor(perSecond: () => number, burstSeconds: number) {
    this.#perSecond = perSecond;
    this.#burstSeconds = burstSeconds;
  }

  /** `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    const rate = this.#perSecond();
    const most = Math.max(1, rate * this.#burstSeconds);
    const before = this.#tokens ?? most;
    this.#tokens = Math.min(most, before + (rate * (nowMs - this.#atMs)) / 1000);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
