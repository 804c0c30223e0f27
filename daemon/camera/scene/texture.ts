import type { Random } from './random.js';

/** Side of a texture tile in pixels, a power of two so that a coordinate wraps with a mask. */
const TILE = 256;
export const TILE_MASK = TILE - 1;

/**
 * A tile of fractal value noise, 0 to 255, that repeats without a seam. `persistence` is the weight of each octave
 * against the one before: 0.45 gives clouds, 0.8 gives foliage.
 */
export function noiseTile(random: Random, persistence: number, firstPeriod = 4): Uint8Array {
  const sum = new Float64Array(TILE * TILE);
  let weight = 1;
  for (let cells = firstPeriod; cells <= TILE / 2; cells *= 2, weight *= persistence) {
    addOctave(sum, random, cells, weight);
  }
  return stretch(sum);
}

function addOctave(sum: Float64Array, random: Random, cells: number, weight: number): void {
  const lattice = Float64Array.from({ length: cells * cells }, () => random.range(-weight, weight));
  const step = TILE / cells;
  for (let y = 0; y < TILE; y++) {
    const row = Math.floor(y / step);
    const fy = smooth(y / step - row);
    const top = row * cells;
    const bottom = ((row + 1) % cells) * cells;
    for (let x = 0; x < TILE; x++) {
      const column = Math.floor(x / step);
      const next = (column + 1) % cells;
      const fx = smooth(x / step - column);
      const a = (lattice[top + column] as number) * (1 - fx) + (lattice[top + next] as number) * fx;
      const b = (lattice[bottom + column] as number) * (1 - fx) + (lattice[bottom + next] as number) * fx;
      sum[y * TILE + x] = (sum[y * TILE + x] as number) + a * (1 - fy) + b * fy;
    }
  }
}

const smooth = (t: number): number => t * t * (3 - 2 * t);

/** Maps mean +- 2.2 standard deviations to 0 to 255. */
function stretch(sum: Float64Array): Uint8Array {
  let mean = 0;
  for (const value of sum) mean += value;
  mean /= sum.length;
  let variance = 0;
  for (const value of sum) variance += (value - mean) * (value - mean);
  const deviation = Math.sqrt(variance / sum.length);
  return Uint8Array.from(sum, (value) => Math.max(0, Math.min(255, 128 + ((value - mean) / (2.2 * deviation)) * 127)));
}

/** 65,536 samples of a normal distribution with a standard deviation of 32, for sensor noise. */
export function sensorNoise(random: Random): Int8Array {
  return Int8Array.from({ length: 65_536 }, () => Math.max(-127, Math.min(127, Math.round(random.normal() * 32))));
}
