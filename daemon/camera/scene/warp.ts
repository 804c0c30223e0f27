import type { Canvas } from './backdrop.js';
import type { Sprite } from './sprite.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where the sprite's corners go: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point];

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function boundsOf(quad: Quad): Bounds {
  const xs = quad.map((p) => p.x);
  const ys = quad.map((p) => p.y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/**
 * The 3x3 matrix, row by row, that takes the unit square to the quad.
 * P. Heckbert, "Fundamentals of Texture Mapping and Image Warping" (1989), section 2.2.3.
 */
export function squareToQuad(quad: Quad): readonly number[] {
  const [p0, p1, p2, p3] = quad;
  const sx = p0.x - p1.x + p2.x - p3.x;
  const sy = p0.y - p1.y + p2.y - p3.y;
  const dx1 = p1.x - p2.x;
  const dx2 = p3.x - p2.x;
  const dy1 = p1.y - p2.y;
  const dy2 = p3.y - p2.y;
  const det = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / det;
  const h = (dx1 * sy - sx * dy1) / det;
  return [
    p1.x - p0.x + g * p1.x,
    p3.x - p0.x + h * p3.x,
    p0.x,
    p1.y - p0.y + g * p1.y,
    p3.y - p0.y + h * p3.y,
    p0.y,
    g,
    h,
    1,
  ];
}

/** The adjoint: the inverse up to a factor, which a projective matrix does not need. */
export function adjoint(m: readonly number[]): readonly number[] {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

/** Blends the sprite over the canvas, its corners at the quad's, with bilinear sampling of the level that fits. */
export function drawSprite(canvas: Canvas, sprite: Sprite, quad: Quad): void {
  const bounds = boundsOf(quad);
  const extent = Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top);
  const level = [...sprite.levels].reverse().find((l) => l.size >= extent) ?? sprite.levels[0];
  if (!level) return;
  const { size, pixels } = level;
  const m = adjoint(squareToQuad(quad)) as [number, number, number, number, number, number, number, number, number];
  const left = Math.max(0, Math.floor(bounds.left));
  const right = Math.min(canvas.width, Math.ceil(bounds.right) + 1);
  const top = Math.max(0, Math.floor(bounds.top));
  const bottom = Math.min(canvas.height, Math.ceil(bounds.bottom) + 1);
  const out = canvas.pixels;
  const scale = size * 256;
  const limit = (size - 1) * 256;
  for (let y = top; y < bottom; y++) {
    let u = m[0] * (left + 0.5) + m[1] * (y + 0.5) + m[2];
    let v = m[3] * (left + 0.5) + m[4] * (y + 0.5) + m[5];
    let w = m[6] * (left + 0.5) + m[7] * (y + 0.5) + m[8];
    for (let x = left, at = y * canvas.width + left; x < right; x++, at++, u += m[0], v += m[3], w += m[6]) {
      const inverse = scale / w;
      const tu = (u * inverse - 128) | 0;
      const tv = (v * inverse - 128) | 0;
      if (tu < 0 || tv < 0 || tu >= limit || tv >= limit) continue;
      const texel = (tv >> 8) * size + (tu >> 8);
      const a = pixels[texel] as number;
      const b = pixels[texel + 1] as number;
      const c = pixels[texel + size] as number;
      const d = pixels[texel + size + 1] as number;
      if ((a | b | c | d) === 0) continue;
      const fu = tu & 255;
      const fv = tv & 255;
      // 256 x 256 weights in steps of 1/256, so that two channels fit side by side in 32 bits
      const wd = (fu * fv) >> 8;
      const wb = fu - wd;
      const wc = fv - wd;
      const wa = 256 - fu - fv + wd;
      const even =
        Math.imul(a & 0xff00ff, wa) +
        Math.imul(b & 0xff00ff, wb) +
        Math.imul(c & 0xff00ff, wc) +
        Math.imul(d & 0xff00ff, wd);
      const odd =
        Math.imul((a >>> 8) & 0xff00ff, wa) +
        Math.imul((b >>> 8) & 0xff00ff, wb) +
        Math.imul((c >>> 8) & 0xff00ff, wc) +
        Math.imul((d >>> 8) & 0xff00ff, wd);
      const under = out[at] as number;
      const cover = 256 - (((odd >>> 24) * 257) >> 8);
      const mixEven = ((even >>> 8) & 0xff00ff) + ((Math.imul(under & 0xff00ff, cover) >>> 8) & 0xff00ff);
      const mixOdd = ((odd >>> 8) & 0xff) + ((((under >>> 8) & 0xff) * cover) >>> 8);
      out[at] = (0xff000000 | (mixEven & 0xff00ff) | ((mixOdd & 0xff) << 8)) >>> 0;
    }
  }
}
