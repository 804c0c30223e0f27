/** Scales of 8-bit activations by least squared error over the calibration images. */

import type { ModelHeader } from '../../daemon/model/header.js';
import { unreachable } from '../../daemon/util/unreachable.js';

const bins = 4096;
const candidates = 200;

export interface TensorScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Histogram over a range that doubles when a value lies outside; zeros, most of what ReLU leaves, are not kept. */
export class Histogram {
  readonly counts = new Float64Array(bins);
  /** the range is [-limit, limit) */
  limit = 0;
  negative = false;

  add(values: Float32Array, offset: number, channels: number, stride: number): void {
    let peak = 0;
    for (let at = offset; at < values.length; at += stride) {
      for (let c = at; c < at + channels; c++) {
        const value = values[c] as number;
        if (value > peak) peak = value;
        else if (-value > peak) peak = -value;
      }
    }
    this.#grow(peak);
    if (this.limit === 0) return;
    const scale = bins / 2 / this.limit;
    for (let at = offset; at < values.length; at += stride) {
      for (let c = at; c < at + channels; c++) {
        const value = values[c] as number;
        if (value === 0) continue;
        if (value < 0) this.negative = true;
        const bin = Math.min(bins - 1, Math.floor(value * scale + bins / 2));
        this.counts[bin] = (this.counts[bin] as number) + 1;
      }
    }
  }

  #grow(peak: number): void {
    if (peak < this.limit || peak === 0) return;
    if (this.limit === 0) {
      this.limit = peak * 1.0001;
      return;
    }
    while (this.limit <= peak) {
      const old = this.counts.slice();
      this.counts.fill(0);
      for (const [bin, count] of old.entries()) {
        const target = Math.floor((bin - bins / 2) / 2 + bins / 2);
        this.counts[target] = (this.counts[target] as number) + count;
      }
      this.limit *= 2;
    }
  }
}

/**
 * Tensors whose scale must agree: max-pools copy bytes, so both sides of one share their scale. Returns the group of each
 * tensor, by the index of its first member.
 */
export function scaleGroups(header: ModelHeader): number[] {
  const group = header.tensors.map((_, i) => i);
  const find = (i: number): number => (group[i] === i ? i : find(group[i] as number));
  for (const op of header.ops) {
    switch (op.op) {
      case 'maxpool': {
        const a = find(op.input.tensor);
        const b = find(op.output.tensor);
        group[Math.max(a, b)] = Math.min(a, b);
        break;
      }
      case 'conv':
      case 'gap':
        break;
      default:
        unreachable(op);
    }
  }
  return group.map((_, i) => find(i));
}

/** The scale (and, for signed values, the zero point) of least squared quantization error. */
export function scaleFor(histogram: Histogram): TensorScale {
  if (histogram.limit === 0) return { scale: 1 / 255, zeroPoint: 0 };
  const { low, high } = extent(histogram);
  let best: TensorScale = { scale: Math.max(high, -low) / 127, zeroPoint: histogram.negative ? 128 : 0 };
  let bestError = Number.POSITIVE_INFINITY;
  for (let i = 0; i < candidates; i++) {
    // Clip points from 2 % to all of the range: a few far outliers may cost less than a coarse scale for all.
    const part = 0.02 * 50 ** (i / (candidates - 1));
    const scale = (part * (high - low)) / 255;
    const zeroPoint = Math.min(255, Math.max(0, Math.round((-part * low) / scale)));
    const error = squaredError(histogram, scale, zeroPoint);
    if (error < bestError) {
      bestError = error;
      best = { scale, zeroPoint };
    }
  }
  // What is stored is a float32; what is computed with must be the same number.
  return { scale: Math.fround(best.scale), zeroPoint: best.zeroPoint };
}

function extent({ counts, limit, negative }: Histogram): { low: number; high: number } {
  const width = (2 * limit) / bins;
  let first = bins / 2;
  let last = bins / 2;
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    first = Math.min(first, bin);
    last = Math.max(last, bin);
  }
  return { low: negative ? first * width - limit : 0, high: Math.max(width, (last + 1) * width - limit) };
}

function squaredError({ counts, limit }: Histogram, scale: number, zeroPoint: number): number {
  const width = (2 * limit) / bins;
  let total = 0;
  for (let bin = 0; bin < bins; bin++) {
    const count = counts[bin] as number;
    if (count === 0) continue;
    const value = (bin + 0.5) * width - limit;
    const q = Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint));
    const error = value - (q - zeroPoint) * scale;
    total += count * error * error;
  }
  return total;
}
