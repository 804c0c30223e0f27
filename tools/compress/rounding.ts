/** Float weights of one layer to integers: plainly, with a given number of shared values, or at a price per bit. */
import type { FloatConv } from '../../daemon/native/addon.js';
import { compressKernels } from '../native/compress-kernels.js';
import type { LayerStatistics } from './calibrate.js';
import { nonZeros } from './float-network.js';
import type { IntegerLayer } from './int8-model.js';
import { threads } from './moments.js';

const maxWeight = 127;
/** Layers that come this sparse keep their zeros: they are cheap to store, and somebody pruned them on purpose. */
const keptSparsity = 0.3;

export interface RoundedLayer extends IntegerLayer {
  /** expected squared error of an output position, over all outputs */
  readonly distortion: number;
  /** order-0 entropy of the weights, bits in all */
  readonly entropyBits: number;
  /** different values in use */
  readonly values: number;
}

/** All 255 values, one unit per output channel, nearest value. */
export function roundPlainly(conv: FloatConv): IntegerLayer {
  const outputs = conv.bias.length;
  const taps = conv.weights.length / outputs;
  const units = new Float32Array(outputs);
  const weights = new Int8Array(conv.weights.length);
  for (let o = 0; o < outputs; o++) {
    const row = conv.weights.subarray(o * taps, (o + 1) * taps);
    const unit = unitFor(row);
    units[o] = unit;
    for (const [k, weight] of row.entries())
      weights[o * taps + k] = Math.max(-maxWeight, Math.min(maxWeight, Math.round(weight / unit)));
  }
  return { weights, units };
}

/**
 * The unit of least squared rounding error among: the largest weight at 127, and powers of two. Weights that were fixed-point
 * before (ZynqNet's published ones) are then kept exactly.
 */
function unitFor(row: Float32Array): number {
  let peak = 0;
  for (const weight of row) peak = Math.max(peak, Math.abs(weight));
  // A filter of zeros may have any unit; 1 would make its bias vanish, this one keeps it in range.
  if (peak === 0) return 2 ** -16;
  const full = Math.fround(peak / maxWeight);
  const power = 2 ** Math.ceil(Math.log2(peak / (maxWeight + 1)));
  return roundingError(row, power) < roundingError(row, full) ? power : full;
}

function roundingError(row: Float32Array, unit: number): number {
  let total = 0;
  for (const weight of row) {
    const error = weight - unit * Math.max(-maxWeight, Math.min(maxWeight, Math.round(weight / unit)));
    total += error * error;
  }
  return total;
}

/**
 * Rate-distortion rounding: `price` is the squared output error that one bit is worth. The step of the grid follows from the
 * price as in high-resolution theory (Gish and Pierce 1968: dD/dR = -2 ln 2 step^2 / 12), the values move to the centroids
 * of what is rounded to them, and the bits of each value are those of its frequency in the round before.
 */
export function roundAtPrice(conv: FloatConv, statistics: LayerStatistics, price: number, rounds = 3): RoundedLayer {
  const outputs = conv.bias.length;
  const taps = conv.weights.length / outputs;
  const step = Math.sqrt((6 * price) / (Math.LN2 * Math.exp(meanLogDiagonal(statistics.factor, taps))));
  let peak = 0;
  for (const weight of conv.weights) peak = Math.max(peak, Math.abs(weight));
  if (peak === 0) return { ...roundPlainly(conv), distortion: 0, entropyBits: 0, values: 1 };
  // At least 1 level each side, at most 127; the finest units that still hold them all leave room to move the values.
  const realStep = Math.min(Math.max(step, peak / (maxWeight - 1)), peak);
  const levels = Math.ceil(peak / realStep);
  const perStep = Math.max(1, Math.min(16, Math.floor(maxWeight / (levels + 0.5))));
  const units = new Float32Array(outputs).fill(Math.fround(realStep / perStep));
  const codebook = Int8Array.from({ length: 2 * levels + 1 }, (_, i) =>
    Math.max(-maxWeight, Math.min(maxWeight, (i - levels) * perStep)),
  );
  return refine(conv, statistics, units, Array.from(codebook), price, rounds);
}

/** 2^bits shared values per layer by k-means on the weights in their channels' units (Han et al., Deep Compression, ICLR 2016). */
export function roundToValues(conv: FloatConv, statistics: LayerStatistics, bits: number, rounds = 4): RoundedLayer {
  const units = roundPlainly(conv).units;
  const count = 2 ** bits;
  // Linear initialisation over the range: large weights matter and are few (Deep Compression, section 3.2).
  const start = Array.from({ length: count - 1 }, (_, i) =>
    Math.round(((i + 1 - count / 2) * maxWeight) / (count / 2 - 0.5)),
  );
  return refine(conv, statistics, units, start, 0, rounds);
}

function refine(
  conv: FloatConv,
  statistics: LayerStatistics,
  units: Float32Array,
  start: readonly number[],
  price: number,
  rounds: number,
): RoundedLayer {
  const outputs = conv.bias.length;
  const taps = conv.weights.length / outputs;
  const sparse = nonZeros(conv.weights) < (1 - keptSparsity) * conv.weights.length;
  const keepZero = sparse ? Uint8Array.from(conv.weights, (weight) => (weight === 0 ? 1 : 0)) : new Uint8Array();
  let codebook = ascending(start);
  // The first guess of the bits: a Laplacian, two thirds of it zero at most.
  let bits: Float32Array = Float32Array.from(codebook, (value) => 1 + (Math.abs(value) / spacing(codebook)) * 0.5);
  for (let round = 1; ; round++) {
    const result = compressKernels().roundLayer({
      weights: conv.weights,
      outputs,
      taps,
      factor: statistics.factor,
      units,
      codebook: Int8Array.from(codebook),
      bits,
      keepZero,
      bitPrice: price,
      threads,
    });
    if (round >= rounds) {
      const used = result.counts.filter((count) => count > 0).length;
      return {
        weights: result.weights,
        units,
        distortion: result.distortion,
        entropyBits: entropyBits(result.counts),
        values: used,
      };
    }
    const moved = codebook.map((value, i) =>
      value === 0 ? 0 : Math.max(-maxWeight, Math.min(maxWeight, Math.round(result.centroids[i] ?? value))),
    );
    const counts = new Map<number, number>();
    for (const [i, value] of moved.entries()) counts.set(value, (counts.get(value) ?? 0) + (result.counts[i] ?? 0));
    codebook = ascending(moved.filter((value, i) => value === 0 || price === 0 || (result.counts[i] ?? 0) > 0));
    bits = bitsOf(codebook.map((value) => counts.get(value) ?? 0));
  }
}

const ascending = (values: readonly number[]): number[] => [...new Set([...values, 0])].sort((a, b) => a - b);

function spacing(codebook: readonly number[]): number {
  return codebook.length < 2 ? 1 : ((codebook.at(-1) ?? 1) - (codebook[0] ?? 0)) / (codebook.length - 1);
}

function bitsOf(counts: readonly number[]): Float32Array {
  const total = counts.reduce((a, b) => a + b, 0) + counts.length * 0.5;
  return Float32Array.from(counts, (count) => -Math.log2((count + 0.5) / total));
}

/** Order-0 entropy of symbols with these counts, in bits in all. */
export function entropyBits(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] ?? 0;
  let bits = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    if (count > 0) bits -= count * Math.log2(count / total);
  }
  return bits;
}

/** Mean of log(diagonal^2): how much an error of 1 in a typical weight shows at the output once the others made up for it. */
function meanLogDiagonal(factor: Float32Array, taps: number): number {
  if (factor.length === 0) return 0;
  let total = 0;
  for (let k = 0; k < taps; k++) total += 2 * Math.log(factor[k * taps + k] as number);
  return total / taps;
}
