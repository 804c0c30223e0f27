/** From real scales to the integers of docs/arithmetic.md, within the bounds that the loader proves. */

import type { Int8Conv } from '../../daemon/native/addon.js';
import { ZynqnetError } from '../../daemon/util/error.js';

const accumulatorLimit = 2 ** 31;
const preShiftedLimit = 2 ** 24;
const maxPreShift = 7;
const maxShift = 40;

/** One convolution in real numbers, its weights already integer. */
export interface QuantizedLayer {
  readonly name: string;
  /** [output][tap], -127..127 */
  readonly weights: Int8Array;
  /** real value of integer weight 1, per output */
  readonly units: ArrayLike<number>;
  /** real bias per output, the input's zero points not yet folded in */
  readonly bias: ArrayLike<number>;
  readonly inputScale: number;
  /** zero point per tap: what the input reads for real zero */
  readonly inputZero: (tap: number) => number;
  /** null for a wide convolution */
  readonly output: { readonly scale: number; readonly zeroPoint: number } | null;
  /** output positions */
  readonly positions: number;
}

export interface RequantizedLayer {
  readonly conv: Int8Conv;
  readonly preShift: number;
  /** wide convolutions: one per output; empty otherwise */
  readonly logitScale: Float32Array;
  readonly logitOffset: Float32Array;
}

/**
 * Chooses bias, preShift, multiplier and shift. Throws COMPRESS_RANGE when no preShift satisfies the bounds, or when a scale
 * ratio lies outside what multiplier and shift can express.
 */
export function requantize(layer: QuantizedLayer): RequantizedLayer {
  const outputs = layer.units.length;
  const taps = layer.weights.length / outputs;
  const bias = new Int32Array(outputs);
  let bound = 0;
  for (let o = 0; o < outputs; o++) {
    let magnitude = 0;
    let zeros = 0;
    for (let k = 0; k < taps; k++) {
      const weight = layer.weights[o * taps + k] ?? 0;
      magnitude += Math.abs(weight);
      zeros += weight * layer.inputZero(k);
    }
    const real = Math.round((layer.bias[o] ?? 0) / (layer.inputScale * (layer.units[o] ?? 1)) - zeros);
    if (!(Math.abs(real) < accumulatorLimit)) throw range(layer, o, 'the bias does not fit 32 bits');
    bias[o] = real;
    bound = Math.max(bound, Math.abs(real) + 255 * magnitude);
  }
  if (bound >= accumulatorLimit) throw range(layer, 0, 'the accumulator may overflow');
  const preShift = preShiftFor(layer, bound);
  return layer.output === null ? wide(layer, bias, preShift) : narrow(layer, bias, preShift, layer.output);
}

function preShiftFor(layer: QuantizedLayer, bound: number): number {
  for (let shift = 0; shift <= maxPreShift; shift++) {
    const shifted = Math.floor(bound / 2 ** shift);
    // One more than the largest magnitude: the arithmetic shift rounds towards minus infinity.
    const sums = layer.output === null ? layer.positions * (shifted + 1) : 0;
    if (shifted < preShiftedLimit && sums < accumulatorLimit) return shift;
  }
  throw range(layer, 0, 'no preShift keeps the accumulator within 25 bits');
}

function narrow(
  layer: QuantizedLayer,
  bias: Int32Array,
  preShift: number,
  output: { scale: number },
): RequantizedLayer {
  const multiplier = new Uint16Array(bias.length);
  const shift = new Uint8Array(bias.length);
  for (let o = 0; o < bias.length; o++) {
    const ratio = (layer.inputScale * (layer.units[o] ?? 1) * 2 ** preShift) / output.scale;
    const choice = multiplierFor(ratio);
    if (choice === null) throw range(layer, o, `its scale ratio ${ratio} is beyond multiplier and shift`);
    multiplier[o] = choice.multiplier;
    shift[o] = choice.shift;
  }
  const conv = { weights: layer.weights, bias, multiplier, shift };
  return { conv, preShift, logitScale: new Float32Array(), logitOffset: new Float32Array() };
}

/** multiplier / 2^shift nearest to `ratio` with the full 16 bits of the multiplier; null when too large. */
export function multiplierFor(ratio: number): { multiplier: number; shift: number } | null {
  if (!(ratio >= 0) || !Number.isFinite(ratio)) return null;
  for (let shift = maxShift; shift >= 1; shift--) {
    const multiplier = Math.round(ratio * 2 ** shift);
    if (multiplier <= 65535) return { multiplier, shift };
  }
  return null;
}

function wide(layer: QuantizedLayer, bias: Int32Array, preShift: number): RequantizedLayer {
  const logitScale = new Float32Array(bias.length);
  const logitOffset = new Float32Array(bias.length);
  // The shift drops (2^preShift - 1) / 2 on average at every position.
  const dropped = (2 ** preShift - 1) / 2;
  for (let o = 0; o < bias.length; o++) {
    const unit = layer.inputScale * (layer.units[o] ?? 1);
    logitScale[o] = (unit * 2 ** preShift) / layer.positions;
    logitOffset[o] = unit * dropped;
  }
  const conv = { weights: layer.weights, bias, multiplier: new Uint16Array(), shift: new Uint8Array() };
  return { conv, preShift, logitScale, logitOffset };
}

function range(layer: QuantizedLayer, output: number, why: string): ZynqnetError {
  return new ZynqnetError('COMPRESS_RANGE', `${layer.name}, output channel ${output}: ${why}`);
}
