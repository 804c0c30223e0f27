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

/**
 * Turns, mirrors and reorders channels of the small picture that sharp made. Doing it here, after the resize, costs
 * microseconds and keeps sharp to one pass. Returns `pixels` itself where there is nothing to do.
 */
export function arrange(pixels: Uint8Array, plan: PreprocessPlan, swapRedBlue: boolean): Uint8Array {
  const { channels, width, height } = plan.input;
  const swap = swapRedBlue && channels === 3;
  if (plan.rotate === 0 && !plan.flipX && !plan.flipY) {
    if (swap) swapInPlace(pixels);
    return pixels;
  }
  const { start, stepX, stepY } = walk(plan);
  const out = new Uint8Array(width * height * channels);
  const first = swap ? 2 : 0;
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0, at = (start + y * stepY) * channels; x < width; x++, at += stepX * channels, o += channels) {
      out[o] = pixels[at + first] as number;
      if (channels === 3) {
        out[o + 1] = pixels[at + 1] as number;
        out[o + 2] = pixels[at + 2 - first] as number;
      }
    }
  }
  return out;
}

/** How to walk through the unturned picture so that its pixels come in the order of the turned one; in pixels. */
function walk({ rotate, flipX, flipY, input: { width, height } }: PreprocessPlan): {
  start: number;
  stepX: number;
  stepY: number;
} {
  let start: number;
  let stepX: number;
  let stepY: number;
  switch (rotate) {
    case 0:
      [start, stepX, stepY] = [0, 1, width];
      break;
    case 90: // the first row is the first column, read upwards; rows of the unturned picture are `height` long
      [start, stepX, stepY] = [height * (width - 1), -height, 1];
      break;
    case 180:
      [start, stepX, stepY] = [width * height - 1, -1, -width];
      break;
    case 270:
      [start, stepX, stepY] = [height - 1, height, -1];
      break;
  }
  if (flipX) {
    start += stepX * (width - 1);
    stepX = -stepX;
  }
  if (flipY) {
    start += stepY * (height - 1);
    stepY = -stepY;
  }
  return { start, stepX, stepY };
}

function swapInPlace(pixels: Uint8Array): void {
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const first = pixels[i] as number;
    pixels[i] = pixels[i + 2] as number;
    pixels[i + 2] = first;
  }
}
