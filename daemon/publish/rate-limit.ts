/** Lets at most `perSecond` through on average, with a burst of one; null lets everything through. */
export class RateLimit {
  #nextMs = 0;

  /** `nowMs` is monotonic. */
  allows(perSecond: number | null, nowMs: number): boolean {
    if (perSecond === null) return true;
    if (nowMs < this.#nextMs) return false;
    const periodMs = 1000 / perSecond;
    // Keeps the average under jitter of up to one period, without saving up bursts.
    this.#nextMs = Math.max(this.#nextMs + periodMs, nowMs);
    return true;
  }
}
