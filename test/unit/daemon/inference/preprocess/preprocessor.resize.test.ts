import { describe, expect, it } from 'vitest';
import { createPreprocessor } from '../../../../../daemon/inference/preprocess/preprocessor.js';
import { squash as referenceSquash } from '../../../tools/import/support/pictures.js';

function noise(width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0, state = 1; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[i] = state >>> 24;
  }
  return pixels;
}

const frame = (data: Uint8Array, width: number, height: number) =>
  ({ data, format: 'rgb24', width, height, sequence: 0, capturedAtUtcMs: 0, capturedMs: 0 }) as const;
const input = (width: number, height: number) => ({ channels: 3, width, height, order: 'rgb' }) as const;

describe('the published networks get the pixels that they were trained with', () => {
  it.each([
    [61, 40, 40],
    [40, 61, 40],
    [79, 79, 40],
  ])('squashes %ix%i to %i by the four nearest pixels, without blurring', async (width, height, size) => {
    const pixels = noise(width, height);
    const preprocessor = createPreprocessor(input(size, size), { mode: 'squash', resize: null, crop: false });
    const made = await preprocessor.run(frame(pixels, width, height));
    const expected = referenceSquash({ pixels, width, height }, size).pixels;
    const differences = expected.map((value, i) => Math.abs(value - (made[i] as number)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
  });

  it('averages where a squash takes more than half away', async () => {
    const checks = new Uint8Array(64 * 64 * 3).map((_, i) => (((i / 3) | 0) % 2 ? 255 : 0));
    const preprocessor = createPreprocessor(input(16, 16), { mode: 'squash', resize: null, crop: false });
    const made = await preprocessor.run(frame(checks, 64, 64));
    for (const value of made) expect(Math.abs(value - 127)).toBeLessThan(40);
  });

  it.each([21, 22, 23])('covers a row of %i pixels: the odd one of the margin goes from the end', async (width) => {
    const ramp = new Uint8Array(width * 16 * 3).map((_, i) => ((i / 3) | 0) % width);
    const preprocessor = createPreprocessor(input(16, 16), { mode: 'cover', resize: null, crop: false });
    const made = await preprocessor.run(frame(ramp, width, 16));
    expect(made[0]).toBe(Math.floor((width - 16) / 2));
  });
});
