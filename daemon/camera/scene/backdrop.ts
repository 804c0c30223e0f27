import type { Random } from './random.js';
import { TILE_MASK } from './texture.js';

/** Colours as 0 to 255. */
type Rgb = readonly [number, number, number];

/** A picture as packed pixels, byte order R, G, B, 255. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

export interface Textures {
  readonly clouds: Uint8Array;
  readonly leaves: Uint8Array;
  readonly grain: Uint8Array;
}

export const backdropKinds = ['sky', 'street', 'foliage', 'branches', 'brick', 'wall', 'blobs', 'night'] as const;
export type BackdropKind = (typeof backdropKinds)[number];

const pack = (r: number, g: number, b: number): number => (255 << 24) | (b << 16) | (g << 8) | r;

/** The ramp of 256 packed colours from `from` through `middle` to `to`. */
function ramp(from: Rgb, middle: Rgb, to: Rgb): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [a, b, t] = i < 128 ? [from, middle, i / 128] : [middle, to, (i - 128) / 127];
    const mix = (c: 0 | 1 | 2): number => Math.max(0, Math.min(255, Math.round(a[c] + (b[c] - a[c]) * t)));
    return pack(mix(0), mix(1), mix(2));
  });
}

const skies: readonly [Rgb, Rgb, Rgb][] = [
  [
    [92, 142, 205],
    [150, 185, 225],
    [240, 244, 250],
  ],
  [
    [150, 158, 168],
    [190, 196, 202],
    [235, 237, 240],
  ],
  [
    [236, 238, 240],
    [248, 248, 248],
    [255, 255, 255],
  ],
  [
    [60, 80, 120],
    [120, 120, 140],
    [230, 180, 140],
  ],
  [
    [70, 110, 190],
    [95, 140, 210],
    [190, 210, 240],
  ],
];
const grounds: readonly [Rgb, Rgb, Rgb][] = [
  [
    [50, 52, 54],
    [95, 96, 98],
    [140, 140, 138],
  ],
  [
    [40, 60, 22],
    [86, 110, 48],
    [140, 158, 84],
  ],
  [
    [84, 66, 44],
    [128, 108, 80],
    [176, 158, 128],
  ],
  [
    [120, 120, 122],
    [160, 160, 158],
    [205, 203, 198],
  ],
];
const leaves: readonly [Rgb, Rgb, Rgb][] = [
  [
    [8, 18, 6],
    [42, 66, 24],
    [128, 150, 66],
  ],
  [
    [14, 24, 14],
    [54, 82, 48],
    [160, 186, 120],
  ],
  [
    [26, 16, 8],
    [104, 74, 30],
    [206, 166, 70],
  ],
  [
    [18, 14, 12],
    [70, 60, 52],
    [160, 148, 132],
  ],
];
const walls: readonly [Rgb, Rgb, Rgb][] = [
  [
    [180, 170, 150],
    [206, 196, 176],
    [226, 220, 204],
  ],
  [
    [120, 122, 124],
    [150, 150, 150],
    [182, 182, 180],
  ],
  [
    [210, 180, 110],
    [228, 202, 140],
    [240, 222, 170],
  ],
  [
    [96, 60, 48],
    [150, 92, 70],
    [190, 130, 100],
  ],
  [
    [70, 84, 100],
    [104, 118, 132],
    [150, 160, 170],
  ],
];

/** Fills the canvas with one kind of backdrop. */
export function paintBackdrop(canvas: Canvas, kind: BackdropKind, textures: Textures, random: Random): void {
  const sky = ramp(...random.pick(skies));
  const ground = ramp(...random.pick(grounds));
  const leaf = ramp(...random.pick(leaves));
  const wall = ramp(...random.pick(walls));
  switch (kind) {
    case 'sky':
    case 'branches':
      paintTexture(canvas, sky, textures.clouds, random.range(0.2, 0.7), 0.6, random);
      break;
    case 'street':
      paintTexture(canvas, sky, textures.clouds, 0.4, 0.6, random);
      paintGround(canvas, ground, textures.grain, random);
      break;
    case 'foliage':
      paintTexture(canvas, leaf, textures.leaves, random.range(0.3, 1.6), random.range(0.5, 1), random);
      if (random.chance(0.5)) punchSky(canvas, sky, textures.leaves, random);
      break;
    case 'brick':
      paintTexture(canvas, wall, textures.grain, 1, random.range(0.3, 0.9), random);
      paintMortar(canvas, random);
      break;
    case 'wall':
      paintTexture(canvas, wall, random.chance(0.5) ? textures.grain : textures.clouds, 0.7, 0.8, random);
      break;
    case 'blobs': {
      const any = (): Rgb => [random.integer(0, 255), random.integer(0, 255), random.integer(0, 255)];
      paintTexture(canvas, ramp(any(), any(), any()), textures.clouds, random.range(0.3, 1.2), 1, random);
      break;
    }
    case 'night': {
      const dark = random.integer(4, 40);
      const colours = ramp([2, 2, 5], [dark, dark, dark + 6], [dark * 2, dark * 2, dark * 2 + 8]);
      paintTexture(canvas, colours, textures.leaves, 0.5, 0.8, random);
      break;
    }
  }
}

/** Looks a texture tile up at `zoom` tile pixels per pixel, with a vertical gradient of weight 1 - `amount`. */
function paintTexture(
  canvas: Canvas,
  colours: Uint32Array,
  tile: Uint8Array,
  zoom: number,
  amount: number,
  random: Random,
): void {
  const { width, height, pixels } = canvas;
  const stepX = Math.round(zoom * 256);
  const stepY = Math.round(zoom * 256 * random.range(0.7, 1.4));
  const startX = random.integer(0, TILE_MASK) << 8;
  const startY = random.integer(0, TILE_MASK) << 8;
  const textureWeight = Math.round(amount * 256);
  for (let y = 0; y < height; y++) {
    const base = (256 - textureWeight) * Math.round((y / height) * 255);
    const row = (((startY + y * stepY) >> 8) & TILE_MASK) << 8;
    for (let x = 0, u = startX, out = y * width; x < width; x++, u += stepX, out++) {
      const value = tile[row | ((u >> 8) & TILE_MASK)] as number;
      pixels[out] = colours[(base + value * textureWeight) >> 8] as number;
    }
  }
}

/** Ground below a horizon; the texture is squeezed towards the horizon. */
function paintGround(canvas: Canvas, colours: Uint32Array, tile: Uint8Array, random: Random): void {
  const { width, height, pixels } = canvas;
  const horizon = Math.round(height * random.range(0.35, 0.75));
  for (let y = horizon; y < height; y++) {
    const distance = 60 / (y - horizon + 6);
    const row = ((distance * 300) & TILE_MASK) << 8;
    const step = Math.round(distance * 400) + 90;
    for (let x = 0, u = 0, out = y * width; x < width; x++, u += step, out++) {
      pixels[out] = colours[tile[row | ((u >> 8) & TILE_MASK)] as number] as number;
    }
  }
}

/** Lets the sky through where the leaves are thin. */
function punchSky(canvas: Canvas, sky: Uint32Array, tile: Uint8Array, random: Random): void {
  const { width, height, pixels } = canvas;
  const threshold = random.integer(140, 210);
  const bright = sky[random.integer(120, 255)] as number;
  const startX = random.integer(0, TILE_MASK);
  for (let y = 0; y < height; y++) {
    const row = ((y >> 1) & TILE_MASK) << 8;
    for (let x = 0, out = y * width; x < width; x++, out++) {
      if ((tile[row | (((x >> 1) + startX) & TILE_MASK)] as number) > threshold) pixels[out] = bright;
    }
  }
}

function paintMortar(canvas: Canvas, random: Random): void {
  const { width, height, pixels } = canvas;
  const course = random.integer(12, 34);
  const brick = Math.round(course * random.range(2, 3.2));
  const joint = Math.max(1, Math.round(course * 0.12));
  const tone = random.integer(60, 210);
  const mortar = pack(tone, tone, tone - 6);
  for (let y = 0; y < height; y++) {
    const shift = Math.floor(y / course) % 2 === 0 ? 0 : brick >> 1;
    const bed = y % course < joint;
    for (let x = 0, out = y * width; x < width; x++, out++) {
      if (bed || (x + shift) % brick < joint) pixels[out] = mortar;
    }
  }
}
