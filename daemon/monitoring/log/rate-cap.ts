/** A token bucket: `perSecond` on average, ten seconds' worth at once; what it refuses is counted. */
export class RateCap {
  readonly #perSecond: () => number;
  #tokens: number | undefined;
  #atMs = 0;
  #refused = 0;

  constructor(perSecond: () => number) {
    this.#perSecond = perSecond;
  }

  /** `nowMs` is monotonic. */
  allows(nowMs: number): boolean {
    const perSecond = this.#perSecond();
    const most = Math.max(1, perSecond * 10);
    const gained = (Math.max(0, nowMs - this.#atMs) / 1000) * perSecond;
    this.#tokens = Math.min(most, (this.#tokens ?? most) + gained);
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
