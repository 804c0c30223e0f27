/** Events a second over a sliding span of the last `count` events. */
export class RateMeter {
  readonly #times: number[] = [];
  readonly #count: number;

  constructor(count = 30) {
    this.#count = count;
  }

  /** `nowMs` is monotonic. */
  tick(nowMs: number): void {
    this.#times.push(nowMs);
    if (this.#times.length > this.#count) this.#times.shift();
  }

  perSecond(nowMs: number): number {
    const first = this.#times[0];
    if (first === undefined || this.#times.length < 2) return 0;
    // Time since the last event counts once it is longer than usual: a stream that stops falls towards zero.
    const last = this.#times[this.#times.length - 1] ?? first;
    const meanMs = (last - first) / (this.#times.length - 1);
    return 1000 / Math.max(meanMs, nowMs - last, 1e-3);
  }
}
