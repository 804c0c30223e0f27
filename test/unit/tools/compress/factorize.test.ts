import { describe, expect, it } from 'vitest';
import { factorize } from '../../../../tools/compress/factorize.js';
import { randomNetwork } from './support/float-networks.js';

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
