import { describe, expect, it } from 'vitest';
import { correctedBias } from '../../../../tools/compress/bias-correction.js';
import { entropyBits, roundAtPrice, roundToValues } from '../../../../tools/compress/rounding.js';
import { compressKernels } from '../../../../tools/native/compress-kernels.js';
import { generator, randomNetwork } from './support/float-networks.js';

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
