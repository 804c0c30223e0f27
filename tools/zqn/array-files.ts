/** The plain arrays of a packed folder (docs/model-format.md, "Packing"): which files there are, and of what. */
import type { FloatConv, Int8Conv } from '../../daemon/native/addon.js';

/** Little-endian numbers, as every machine that we run on has them. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Name of one part of convolution `weights`, e.g. 03.weights.i8 */
export const partName = (weights: number, part: string): string => `${String(weights).padStart(2, '0')}.${part}`;

/** The parts of one convolution by their names; a wide one has no multipliers and shifts. */
export function convParts(conv: FloatConv | Int8Conv): [part: string, array: ArrayBufferView][] {
  if (!('multiplier' in conv)) {
    return [
      ['weights.f32', conv.weights],
      ['bias.f32', conv.bias],
    ];
  }
  const parts: [string, ArrayBufferView][] = [
    ['weights.i8', conv.weights],
    ['bias.i32', conv.bias],
  ];
  if (conv.multiplier.length === 0) return parts;
  return [...parts, ['multiplier.u16', conv.multiplier], ['shift.u8', conv.shift]];
}
