import type { Canvas } from './backdrop.js';

/** How the sensor sees the scene. */
export interface Tone {
  /** Per channel gain, contrast around middle grey, and gamma; all 1 leave the picture as it is. */
  readonly gain: readonly [number, number, number];
  readonly contrast: number;
  readonly gamma: number;
  /** Standard deviation of the sensor noise in steps of 1/255. */
  readonly noise: number;
  /** A soft-edged shadow: light is 1 - depth where ax + by + c > 1 and 1 where it is < 0, x and y in pixels. */
  readonly shadow: { readonly depth: number; readonly a: number; readonly b: number; readonly c: number };
}

/** One lookup table per channel, input 0 to 255. */
export function toneTables(tone: Tone): readonly [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray] {
  const table = (gain: number): Uint8ClampedArray =>
    Uint8ClampedArray.from({ length: 256 }, (_, value) => {
      const lit = Math.min(1, (value / 255) * gain);
      return (0.5 + (lit ** tone.gamma - 0.5) * tone.contrast) * 255;
    });
  return [table(tone.gain[0]), table(tone.gain[1]), table(tone.gain[2])];
}

/** Writes the canvas as RGB, 3 bytes a pixel, through shadow, tables and noise. `start` picks this frame's noise. */
export function develop(
  canvas: Canvas,
  tone: Tone,
  tables: readonly [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray],
  noise: Int8Array,
  start: number,
  out: Uint8ClampedArray,
): void {
  const { width, height, pixels } = canvas;
  const [red, green, blue] = tables;
  const { a, b, c } = tone.shadow;
  const depth = Math.round(tone.shadow.depth * 256);
  const amplitude = Math.round((tone.noise / 32) * 256);
  let n = start & 0xffff;
  for (let y = 0, i = 0, o = 0; y < height; y++) {
    n = (n + Math.imul(y + start, 7919)) & 0xffff;
    let edge = b * y + c;
    for (let x = 0; x < width; x++, i++, o += 3, edge += a) {
      const pixel = pixels[i] as number;
      const light = 256 - (edge <= 0 ? 0 : edge >= 1 ? depth : (edge * depth) | 0);
      out[o] = (red[((pixel & 255) * light) >> 8] as number) + (((noise[n] as number) * amplitude) >> 8);
      out[o + 1] =
        (green[(((pixel >>> 8) & 255) * light) >> 8] as number) +
        (((noise[(n + 21841) & 0xffff] as number) * amplitude) >> 8);
      out[o + 2] =
        (blue[(((pixel >>> 16) & 255) * light) >> 8] as number) +
        (((noise[(n + 43691) & 0xffff] as number) * amplitude) >> 8);
      n = (n + 1) & 0xffff;
    }
  }
}
