import { describe, expect, it } from 'vitest';
import { nonZeros } from '../../../../tools/compress/float-network.js';
import { pruneWeights } from '../../../../tools/compress/prune-weights.js';
import { randomNetwork } from './support/float-networks.js';

describe('weight pruning', () => {
  it('zeroes the smallest weights, to the share asked for', () => {
    const network = randomNetwork(4);
    for (const scope of ['global', 'layer'] as const) {
      const pruned = pruneWeights(network, { sparsity: 0.6, scope, layers: { last: 0.25 } });
      const share = (i: number): number =>
        1 - nonZeros(pruned.convs[i]?.weights ?? []) / (pruned.convs[i]?.weights.length ?? 1);
      expect(share(4)).toBeCloseTo(0.25, 1);
      if (scope === 'layer') for (const i of [0, 1, 2, 3]) expect(share(i)).toBeCloseTo(0.6, 1);
      for (const [i, conv] of network.convs.entries()) {
        const after = pruned.convs[i]?.weights ?? new Float32Array();
        const kept = conv.weights.filter((_, k) => after[k] !== 0).map(Math.abs);
        const dropped = conv.weights.filter((_, k) => after[k] === 0).map(Math.abs);
        expect(Math.max(...dropped)).toBeLessThanOrEqual(Math.min(...kept));
      }
    }
  });
});
