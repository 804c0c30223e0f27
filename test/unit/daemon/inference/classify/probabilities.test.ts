import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logitsFromSums, softmax, topScores } from '../../../../../daemon/inference/classify/probabilities.js';

const logits = fc.float32Array({
  minLength: 1,
  maxLength: 50,
  min: -1e6,
  max: 1e6,
  noNaN: true,
  noDefaultInfinity: true,
});

describe('from sums to probabilities', () => {
  it('computes logits in float32, each step rounded', () => {
    const result = logitsFromSums(Int32Array.of(16_777_217, -3), Float32Array.of(0.1, 0.5), Float32Array.of(1, 0.25));
    const f = Math.fround;
    expect([...result]).toEqual([f(f(f(16_777_217) * f(0.1)) + 1), -1.25]);
  });

  it('softmax sums to one, keeps the order and survives huge logits', () => {
    fc.assert(
      fc.property(logits, (values) => {
        const probabilities = softmax(values);
        expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        for (let i = 1; i < values.length; i += 1) {
          const [a, b] = [values[i - 1] ?? 0, values[i] ?? 0];
          if (a > b) expect(probabilities[i - 1]).toBeGreaterThanOrEqual(probabilities[i] ?? 0);
        }
      }),
    );
    expect([...softmax(Float32Array.of(0, Math.log(3)))].map((p) => p.toFixed(6))).toEqual(['0.250000', '0.750000']);
  });

  it('finds the same best classes as sorting does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        (values, count) => {
          const probabilities = Float64Array.from(values, (value) => value / 10);
          const sorted = values.map((value, index) => ({ index, probability: value / 10 }));
          sorted.sort((a, b) => b.probability - a.probability || a.index - b.index);
          expect(topScores(probabilities, count)).toEqual(sorted.slice(0, count));
        },
      ),
    );
  });
});
