import type { Canvas } from './backdrop.js';

/** Largest radius: 2 * 127 + 1 values of 255 still fit the 16 bits that a running sum has. */
const MAX_RADIUS = 127;

interface Walk {
  /** Pixels on a line and lines beside each other, then the pixel steps along and across. */
  readonly length: number;
  readonly starts: number;
  readonly along: number;
  readonly across: number;
}

/** Box blur along lines of any direction, by running sums of two channels at once; buffers are kept between frames. */
export class LineBlur {
  private readonly line: Uint32Array;
  private readonly offsets: Int32Array;

  constructor(longestSide: number) {
    this.line = new Uint32Array(longestSide + 2 * MAX_RADIUS + 1);
    this.offsets = new Int32Array(longestSide);
  }

  /**
   * Each pixel becomes the mean of the 2 * radius + 1 pixels around it on a line in direction (dx, dy), the edge
   * repeated; `strength` in (0, 1] is the share of the blurred value in the result.
   */
  run(canvas: Canvas, dx: number, dy: number, radius: number, strength: number): void {
    const { width, height, pixels } = canvas;
    if (radius < 1) return;
    const reach = Math.min(radius, MAX_RADIUS);
    const flat = Math.abs(dx) >= Math.abs(dy);
    const walk = flat
      ? { length: width, starts: height, along: 1, across: width }
      : { length: height, starts: width, along: width, across: 1 };
    this.lines(pixels, walk, flat ? dy / dx : dx / dy, reach, strength);
  }

  private lines(pixels: Uint32Array, walk: Walk, slope: number, radius: number, strength: number): void {
    const { length, starts, along, across } = walk;
    const offsets = this.offsets;
    let min = 0;
    let max = 0;
    for (let i = 0; i < length; i++) {
      const offset = Math.round(i * slope);
      // what the loops below add to start * across
      offsets[i] = i * along + offset * across;
      min = Math.min(min, offset);
      max = Math.max(max, offset);
    }
    const outside = (start: number, i: number): boolean => {
      const at = start + Math.round(i * slope);
      return at < 0 || at >= starts;
    };
    for (let start = -max; start < starts - min; start++) {
      // the part of the line that lies inside the canvas is contiguous, because offsets are monotonic
      let from = 0;
      while (from < length && outside(start, from)) from++;
      let to = length;
      while (to > from && outside(start, to - 1)) to--;
      if (to > from) this.blurLine(pixels, start * across, from, to, radius, strength);
    }
  }

  private blurLine(
    pixels: Uint32Array,
    base: number,
    from: number,
    to: number,
    radius: number,
    strength: number,
  ): void {
    const { line, offsets } = this;
    const count = to - from;
    for (let i = 0; i < count; i++) line[radius + i] = pixels[base + (offsets[from + i] as number)] as number;
    line.fill(line[radius] as number, 0, radius);
    line.fill(line[radius + count - 1] as number, radius + count, 2 * radius + count + 1);
    let redBlue = 0;
    let green = 0;
    for (let i = 0; i <= 2 * radius; i++) {
      const pixel = line[i] as number;
      redBlue += pixel & 0xff00ff;
      green += (pixel >>> 8) & 0xff;
    }
    const weight = Math.floor((strength * 65_536) / (2 * radius + 1));
    const keep = 65_536 - Math.round(strength * 65_536);
    for (let i = 0; i < count; i++) {
      const old = line[i + radius] as number;
      const r = ((redBlue & 0xffff) * weight + (old & 255) * keep + 32_768) >>> 16;
      const g = (green * weight + ((old >>> 8) & 255) * keep + 32_768) >>> 16;
      const b = ((redBlue >>> 16) * weight + ((old >>> 16) & 255) * keep + 32_768) >>> 16;
      pixels[base + (offsets[from + i] as number)] = 0xff000000 | (b << 16) | (g << 8) | r;
      const comes = line[i + 2 * radius + 1] as number;
      const goes = line[i] as number;
      redBlue = (redBlue + (comes & 0xff00ff) - (goes & 0xff00ff)) >>> 0;
      green += ((comes >>> 8) & 0xff) - ((goes >>> 8) & 0xff);
    }
  }
}
