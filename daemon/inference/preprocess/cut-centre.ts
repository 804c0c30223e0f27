import type { PreprocessPlan } from './options.js';

/**
 * The middle of the resized picture, as large as the network's input (before the turn). An odd margin is one smaller at
 * the top and left, as Caffe's tools and PyTorch cut. Returns `pixels` itself where there is nothing to cut.
 */
export function cutCentre(
  pixels: Uint8Array,
  from: { width: number; height: number; channels: number },
  { resize, crop }: PreprocessPlan,
): Uint8Array {
  const { width, height } = crop ?? resize;
  if (from.width === width && from.height === height) return pixels;
  const left = Math.floor((from.width - width) / 2);
  const top = Math.floor((from.height - height) / 2);
  const out = new Uint8Array(width * height * from.channels);
  const rowBytes = width * from.channels;
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * from.width + left) * from.channels;
    out.set(pixels.subarray(start, start + rowBytes), y * rowBytes);
  }
  return out;
}
