import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loaded } from '../../../../tools/compress/float-network.js';
import { int8Description } from '../../../../tools/compress/int8-model.js';
import { multiplierFor, requantize } from '../../../../tools/compress/requantize.js';
import { roundPlainly } from '../../../../tools/compress/rounding.js';
import { randomNetwork } from './support/float-networks.js';

describe('requantize', () => {
  it('never makes what the loader would refuse: it stays in the bounds or says so', () => {
    const scale = fc.double({ min: 1e-6, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer(),
        scale,
        scale,
        scale,
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        (seed, input, unit, output, bias) => {
          const network = randomNetwork(seed);
          const layers = network.convs.map((conv) => ({
            weights: roundPlainly(conv).weights,
            units: new Float32Array(conv.bias.length).fill(unit),
          }));
          const biases = network.convs.map((conv) => new Float32Array(conv.bias.length).fill(bias));
          const scales = network.header.tensors.map((_, t) => ({
            scale: t === 0 ? 1 : Math.fround(t === 4 ? output : input),
            zeroPoint: 0,
          }));
          let description: ReturnType<typeof int8Description>;
          try {
            description = int8Description(network, layers, biases, scales);
          } catch (error) {
            expect(error).toMatchObject({ code: 'COMPRESS_RANGE' });
            return;
          }
          expect(loaded(description, 'test').model.header.arithmetic).toBe('int8');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('expresses a ratio to 16 bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -24, max: 30000, noNaN: true }), (ratio) => {
        const { multiplier, shift } = multiplierFor(ratio) ?? { multiplier: 0, shift: 1 };
        expect(Math.abs(multiplier / 2 ** shift - ratio)).toBeLessThanOrEqual(Math.max(ratio * 2 ** -15, 0.25));
        expect(multiplier).toBeLessThanOrEqual(65535);
      }),
    );
    expect(multiplierFor(1e9)).toBeNull();
  });

  it('uses the least preShift that keeps a large accumulator within 25 bits', () => {
    const layer = {
      name: 'large',
      weights: new Int8Array(4608).fill(127),
      units: [1e-3],
      bias: [0],
      inputScale: 0.01,
      inputZero: () => 0,
      output: { scale: 1, zeroPoint: 0 },
      positions: 1,
    };
    // 4608 * 127 * 255 = 149,229,... needs four bits off to lie under 2^24
    expect(requantize(layer).preShift).toBe(Math.ceil(Math.log2((4608 * 127 * 255) / 2 ** 24)));
  });
});
