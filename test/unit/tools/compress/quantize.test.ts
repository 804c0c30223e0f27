import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedBias } from '../../../../tools/compress/bias-correction.js';
import { factorize } from '../../../../tools/compress/factorize.js';
import { loaded } from '../../../../tools/compress/float-network.js';
import { foldInputScale, int8Description } from '../../../../tools/compress/int8-model.js';
import { multiplierFor, requantize } from '../../../../tools/compress/requantize.js';
import { entropyBits, roundAtPrice, roundPlainly, roundToValues } from '../../../../tools/compress/rounding.js';
import { Histogram, scaleFor, scaleGroups } from '../../../../tools/compress/tensor-scales.js';
import { compressKernels } from '../../../../tools/native/compress-kernels.js';
import { generator, randomNetwork } from './support/float-networks.js';

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

describe('factorize', () => {
  it('at full rank computes the same layer, and keeps what the SVD keeps at a lower one', () => {
    const network = randomNetwork(11);
    const conv = network.convs[2] as (typeof network.convs)[number];
    const product = (choice: { rank: number }): { weights: number[]; energy: number } => {
      const { network: split, layers } = factorize(network, { right: choice });
      const [first, second] = [split.convs[2], split.convs[3]] as typeof network.convs;
      const weights = Array.from({ length: 6 * 72 }, (_, at) => {
        let sum = 0;
        for (let r = 0; r < choice.rank; r++) {
          sum +=
            (second?.weights[Math.floor(at / 72) * choice.rank + r] ?? 0) * (first?.weights[r * 72 + (at % 72)] ?? 0);
        }
        return sum;
      });
      return { weights, energy: layers[0]?.energy ?? 0 };
    };
    const full = product({ rank: 6 });
    for (const [k, weight] of conv.weights.entries()) expect(full.weights[k]).toBeCloseTo(weight, 5);
    const low = product({ rank: 2 });
    const total = conv.weights.reduce((sum, w) => sum + w * w, 0);
    const error = conv.weights.reduce((sum, w, k) => sum + (w - (low.weights[k] ?? 0)) ** 2, 0);
    expect(1 - error / total).toBeCloseTo(low.energy, 4);
  });

  it('chooses the rank by energy', () => {
    const { layers } = factorize(randomNetwork(12), { right: { energy: 0.8 } });
    expect(layers[0]?.energy).toBeGreaterThanOrEqual(0.8);
    expect(layers[0]?.rank).toBeLessThan(6);
  });
});

/** Statistics of correlated inputs: what error compensation lives on. */
function statistics(taps: number, seed: number) {
  const next = generator(seed);
  const gram = new Float32Array(taps * taps);
  const rows = 4 * taps;
  for (let r = 0; r < rows; r++) {
    const common = next();
    const x = Array.from({ length: taps }, () => common + 0.5 * next());
    for (let i = 0; i < taps; i++)
      for (let j = 0; j <= i; j++) gram[i * taps + j] = (gram[i * taps + j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
  }
  compressKernels().factorMoments({ gram, sum: new Float64Array(), taps, rows, damping: 0.01, threads: 1 });
  return { mean: new Float64Array(taps).fill(0.75), factor: gram, natsPerError: 1 };
}

describe('rounding', () => {
  const conv = randomNetwork(21).convs[2] as { weights: Float32Array; bias: Float32Array };

  it.each([2, 3, 4, 6, 8])('uses at most 2^%i values, and the error falls with their number', (bits) => {
    const found = roundToValues(conv, statistics(72, 1), bits);
    expect(new Set(found.weights).size).toBeLessThanOrEqual(2 ** bits);
    if (bits > 2) expect(found.distortion).toBeLessThan(roundToValues(conv, statistics(72, 1), bits - 1).distortion);
  });

  it('spends fewer bits, and accepts more error, the higher the price of a bit', () => {
    const found = [1e-6, 1e-4, 1e-2].map((price) => roundAtPrice(conv, statistics(72, 1), price));
    const [fine, middle, coarse] = found as [(typeof found)[number], (typeof found)[number], (typeof found)[number]];
    expect(fine.entropyBits).toBeGreaterThan(middle.entropyBits);
    expect(middle.entropyBits).toBeGreaterThan(coarse.entropyBits);
    expect(fine.distortion).toBeLessThan(middle.distortion);
    expect(middle.distortion).toBeLessThan(coarse.distortion);
  });

  it('compensates: correlated inputs see less error than rounding each weight by itself makes', () => {
    const known = statistics(72, 1);
    const blind = roundToValues(conv, { ...known, factor: new Float32Array() }, 3, 1);
    const aware = roundToValues(conv, known, 3, 1);
    // The error of both at the layer's output, |e L|^2.
    const outputError = ({ weights, units }: typeof aware): number => {
      let total = 0;
      for (let o = 0; o < 6; o++) {
        for (let j = 0; j < 72; j++) {
          let sum = 0;
          for (let i = j; i < 72; i++) {
            const at = o * 72 + i;
            sum += ((conv.weights[at] ?? 0) - (weights[at] ?? 0) * (units[o] ?? 0)) * (known.factor[i * 72 + j] ?? 0);
          }
          total += sum * sum;
        }
      }
      return total;
    };
    expect(outputError(aware)).toBeCloseTo(aware.distortion, 4);
    expect(outputError(aware)).toBeLessThan(0.5 * outputError(blind));
  });

  it('keeps the zeros of sparse layers', () => {
    const sparse = { weights: conv.weights.map((w, k) => (k % 2 === 0 ? 0 : w)), bias: conv.bias };
    const { weights } = roundToValues(sparse, statistics(72, 1), 5);
    for (let k = 0; k < weights.length; k += 2) expect(weights[k]).toBe(0);
  });

  it('counts entropy as Shannon does', () => {
    expect(entropyBits([4, 4, 4, 4])).toBe(32);
    expect(entropyBits([7, 0])).toBe(0);
  });

  it('leaves the mean output where it was, once the bias is corrected', () => {
    const known = statistics(72, 2);
    const layer = roundToValues(conv, known, 2);
    const bias = correctedBias(conv, layer, known.mean);
    for (let o = 0; o < 6; o++) {
      let [float, int8] = [conv.bias[o] ?? 0, bias[o] ?? 0];
      for (let k = 0; k < 72; k++) {
        float += (conv.weights[o * 72 + k] ?? 0) * (known.mean[k] ?? 0);
        int8 += (layer.weights[o * 72 + k] ?? 0) * (layer.units[o] ?? 0) * (known.mean[k] ?? 0);
      }
      expect(int8).toBeCloseTo(float, 4);
    }
  });
});

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

describe('the input scale', () => {
  it('moves into the weights of what reads the input', () => {
    const network = randomNetwork(1);
    const header = { ...network.header, input: { ...network.header.input, scale: [2, 3, 4] } };
    const folded = foldInputScale({ header, convs: network.convs });
    expect(folded.header.input.scale).toEqual([1, 1, 1]);
    const [before, after] = [network.convs[0]?.weights, folded.convs[0]?.weights] as [Float32Array, Float32Array];
    expect(after[0]).toBeCloseTo(2 * (before[0] ?? 0), 5);
    expect(after[9]).toBeCloseTo(3 * (before[9] ?? 0), 5);
    expect(after[26]).toBeCloseTo(4 * (before[26] ?? 0), 5);
  });
});
