const hourMs = 3_600_000;
const maxKept = 10_000;

/** How often something has happened within the last hour. Times are monotonic: a clock that jumps changes nothing. */
export class HourCount {
  #times: number[] = [];

  add(nowMs: number): void {
    this.#times.push(nowMs);
    if (this.#times.length > maxKept) this.#times.shift();
  }

  count(nowMs: number): number {
    this.#times = this.#times.filter((timeMs) => timeMs > nowMs - hourMs);
    return this.#times.length;
  }
}
