export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The last `size` durations of a stage; memory is fixed, adding costs next to nothing. */
export class LatencyWindow {
  readonly #values: Float64Array;
  #count = 0;
  #sumMs = 0;

  constructor(size = 512) {
    this.#values = new Float64Array(size);
  }

  add(durationMs: number): void {
    this.#values[this.#count % this.#values.length] = durationMs;
    this.#count += 1;
    this.#sumMs += durationMs;
  }

  /** Of all durations ever. */
  totals(): { count: number; sumMs: number } {
    return { count: this.#count, sumMs: this.#sumMs };
  }

  /** Nearest-rank percentiles in ms; zeros while empty. */
  spread(): Spread {
    const used = this.#values.slice(0, Math.min(this.#count, this.#values.length)).sort();
    const rank = (fraction: number) => roundMs(used[Math.max(0, Math.ceil(fraction * used.length) - 1)] ?? 0);
    return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99) };
  }
}

/** To a hundredth of a millisecond: more digits are noise in every message. */
export function roundMs(durationMs: number): number {
  return Math.round(durationMs * 100) / 100;
}
