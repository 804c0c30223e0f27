import sharp from 'sharp';
import type { Random } from './random.js';
import { TILE_MASK } from './texture.js';

/** A picture with transparency at several sizes, premultiplied RGBA, each level half the one before. */
export interface Sprite {
  readonly levels: readonly { readonly size: number; readonly pixels: Uint32Array }[];
}

/** How one physical plate looks: its paint, its light, its dirt. */
export interface Finish {
  readonly gain: readonly [number, number, number];
  /** 1 keeps the colours, 0 is grey. */
  readonly saturation: number;
  /** 0 is fresh paint; red fades towards orange first. */
  readonly fade: number;
  /** Share of light that dappled shade takes, 0 for none. */
  readonly shade: number;
  readonly dirt: number;
}

/** Draws an SVG at `size` x `size` pixels, gives it its finish and makes the smaller levels. */
export async function rasterise(
  svg: string,
  size: number,
  finish: Finish,
  tile: Uint8Array,
  random: Random,
): Promise<Sprite> {
  const raw = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  const pixels = applyFinish(raw, size, finish, tile, random);
  const levels = [{ size, pixels }];
  for (let last = { size, pixels }; last.size > 16; levels.push(last)) last = halve(last);
  return { levels };
}

function applyFinish(raw: Buffer, size: number, finish: Finish, tile: Uint8Array, random: Random): Uint32Array {
  const pixels = new Uint32Array(size * size);
  const { gain, saturation, fade, shade, dirt } = finish;
  const originX = random.integer(0, TILE_MASK);
  const originY = random.integer(0, TILE_MASK);
  const zoom = 128 / size;
  for (let i = 0, p = 0; i < pixels.length; i++, p += 4) {
    const alpha = raw[p + 3] as number;
    if (alpha === 0) continue;
    let r = raw[p] as number;
    let g = raw[p + 1] as number;
    let b = raw[p + 2] as number;
    const mean = (r + g + b) / 3;
    g += (r - g) * 0.35 * fade;
    b += (r - b) * 0.15 * fade;
    r += (255 - r) * 0.2 * fade;
    r = mean + (r - mean) * saturation;
    g = mean + (g - mean) * saturation;
    b = mean + (b - mean) * saturation;
    const x = ((i % size) * zoom + originX) & TILE_MASK;
    const y = (Math.floor(i / size) * zoom + originY) & TILE_MASK;
    const noise = tile[(y << 8) | x] as number;
    const light = 1 - shade * step(noise, 110, 150) - dirt * (noise / 255);
    const scale = (light * alpha) / 255;
    pixels[i] =
      ((alpha << 24) |
        (clamp(b * gain[2] * scale, alpha) << 16) |
        (clamp(g * gain[1] * scale, alpha) << 8) |
        clamp(r * gain[0] * scale, alpha)) >>>
      0;
  }
  return pixels;
}

const clamp = (value: number, max: number): number => (value > max ? max : value < 0 ? 0 : Math.round(value));
const step = (value: number, low: number, high: number): number =>
  Math.max(0, Math.min(1, (value - low) / (high - low)));

function halve(level: { size: number; pixels: Uint32Array }): { size: number; pixels: Uint32Array } {
  const size = level.size >> 1;
  const from = level.pixels;
  const pixels = new Uint32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = 2 * y * level.size + 2 * x;
      const a = from[at] as number;
      const b = from[at + 1] as number;
      const c = from[at + level.size] as number;
      const d = from[at + level.size + 1] as number;
      const even = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
      const odd = ((a >>> 8) & 0xff00ff) + ((b >>> 8) & 0xff00ff) + ((c >>> 8) & 0xff00ff) + ((d >>> 8) & 0xff00ff);
      pixels[y * size + x] = (((even >>> 2) & 0xff00ff) | (((odd >>> 2) & 0xff00ff) << 8)) >>> 0;
    }
  }
  return { size, pixels };
}
