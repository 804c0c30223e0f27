import { describe, expect, it } from 'vitest';
import { Histogram, scaleFor, scaleGroups } from '../../../../tools/compress/tensor-scales.js';
import { generator, randomNetwork } from './support/float-networks.js';

describe('activation scales', () => {
  it('clip a lone outlier rather than coarsen everything', () => {
    const next = generator(1);
    const values = Float32Array.from({ length: 200000 }, (_, i) => (i === 7 ? 12 : next() * 10));
    const histogram = new Histogram();
    histogram.add(values, 0, 1, 1);
    const { scale, zeroPoint } = scaleFor(histogram);
    expect(zeroPoint).toBe(0);
    expect(scale * 255).toBeGreaterThan(9.5);
    expect(scale * 255).toBeLessThan(11.5);
  });

  it('give signed values a zero point', () => {
    const next = generator(2);
    const histogram = new Histogram();
    histogram.add(
      Float32Array.from({ length: 5000 }, () => next() * 4 - 1),
      0,
      1,
      1,
    );
    const { scale, zeroPoint } = scaleFor(histogram);
    expect(zeroPoint * scale).toBeCloseTo(1, 1);
    expect((255 - zeroPoint) * scale).toBeCloseTo(3, 1);
  });

  it('are one for both sides of a max-pool', () => {
    expect(scaleGroups(randomNetwork(1).header)).toEqual([0, 1, 1, 3, 4]);
  });
});
