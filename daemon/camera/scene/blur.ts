import type { Canvas } from './backdrop.js';

/** Box blur along lines of any direction, by prefix sums; buffers are kept between frames. */
export class LineBlur {
  private readonly sums: [Int32Array, Int32Array, Int32Array];
  private readonly offsets: Int32Array;

  constructor(longestSide: number) {
    const length = longestSide + 1;
    this.sums = [new Int32Array(length), new Int32Array(length), new Int32Array(length)];
    this.offsets = new Int32Array(length);
  }

  /**
   * Each pixel becomes the mean of the 2 * radius + 1 pixels around it on a line in direction (dx, dy);
   * `strength` in (0, 1] is the share of the blurred value in the result.
   */
  run(canvas: Canvas, dx: number, dy: number, radius: number, strength: number): void {
    const { width, height } = canvas;
    if (radius < 1) return;
    if (Math.abs(dx) >= Math.abs(dy)) this.lines(canvas, width, height, 1, width, dy / dx, radius, strength);
    else this.lines(canvas, height, width, width, 1, dx / dy, radius, strength);
  }

  /** One line per start across; `along` and `across` are pixel steps, `slope` is across per along. */
  private lines(
    canvas: Canvas,
    length: number,
    starts: number,
    along: number,
    across: number,
    slope: number,
    radius: number,
    strength: number,
  ): void {
    let least = 0;
    let most = 0;
    for (let i = 0; i < length; i++) {
      const offset = Math.round(i * slope);
      this.offsets[i] = offset;
      least = Math.min(least, offset);
      most = Math.max(most, offset);
    }
    for (let start = -most; start < starts - least; start++) {
      // the part of the line that lies inside the canvas is contiguous, because offsets are monotonic
      let from = 0;
      while (from < length && !inside(start + (this.offsets[from] as number), starts)) from++;
      let to = length;
      while (to > from && !inside(start + (this.offsets[to - 1] as number), starts)) to--;
      if (to > from) this.line(canvas.pixels, start, from, to, along, across, radius, strength);
    }
  }

  private line(
    pixels: Uint32Array,
    start: number,
    from: number,
    to: number,
    along: number,
    across: number,
    radius: number,
    strength: number,
  ): void {
    const [red, green, blue] = this.sums;
    const offsets = this.offsets;
    const n = to - from;
    let r = 0;
    let g = 0;
    let b = 0;
    for (let i = 0; i < n; i++) {
      const pixel = pixels[(from + i) * along + (start + (offsets[from + i] as number)) * across] as number;
      r += pixel & 255;
      g += (pixel >>> 8) & 255;
      b += (pixel >>> 16) & 255;
      red[i + 1] = r;
      green[i + 1] = g;
      blue[i + 1] = b;
    }
    const keep = 256 - Math.round(strength * 256);
    const full = Math.floor(((256 - keep) * 256) / (2 * radius + 1));
    for (let i = 0; i < n; i++) {
      const low = Math.max(i - radius, 0);
      const high = Math.min(i + radius + 1, n);
      const count = high - low;
      const weight = count === 2 * radius + 1 ? full : (((256 - keep) * 256) / count) | 0;
      const at = (from + i) * along + (start + (offsets[from + i] as number)) * across;
      const old = pixels[at] as number;
      const newRed =
        (((red[high] as number) - (red[low] as number)) * weight + (((old & 255) * keep) << 8) + 32768) >>> 16;
      const newGreen =
        (((green[high] as number) - (green[low] as number)) * weight + ((((old >>> 8) & 255) * keep) << 8) + 32768) >>>
        16;
      const newBlue =
        (((blue[high] as number) - (blue[low] as number)) * weight + ((((old >>> 16) & 255) * keep) << 8) + 32768) >>>
        16;
      pixels[at] = (0xff000000 | (newBlue << 16) | (newGreen << 8) | newRed) >>> 0;
    }
  }
}

const inside = (value: number, count: number): boolean => value >= 0 && value < count;
