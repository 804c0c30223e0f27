/** Lets at most `perSecond` through on average, with a burst of one; null lets everything through. */
export class RateLimit {
  #nextMs = 0;

  /** `nowMs` is monotonic. */
  allows(perSecond: number | null, nowMs: number): boolean {
    if (perSecond === null) return true;
    if (nowMs < this.#nextMs) return false;
    const periodMs = 1000 / perSecond;
    // A frame that came late (by up to half a period) does not delay the next: the average holds, without bursts.
    this.#nextMs = Math.max(this.#nextMs, nowMs - periodMs / 2) + periodMs;
    return true;
  }
}
