import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../../tools/compress/evaluate.js';
import { describe as description, type FloatNetwork, loaded } from '../../../../tools/compress/float-network.js';
import { removeDeadChannels, removeWeakChannels } from '../../../../tools/compress/prune-channels.js';
import { randomInputs, randomNetwork, wholeNetwork } from './support/float-networks.js';

function logits(network: FloatNetwork, inputs: readonly Uint8Array[]): Promise<number[][]> {
  return withEngine(loaded(description(network), 'test').model, async (engine) => {
    const found: number[][] = [];
    for (const input of inputs) found.push([...(await engine.run(input))]);
    return found;
  });
}

/** Makes filters all zero, keeping their biases. */
function kill(network: FloatNetwork, dead: readonly [conv: number, output: number][]): FloatNetwork {
  const convs = network.convs.map(({ weights, bias }) => ({ weights: weights.slice(), bias }));
  for (const [conv, output] of dead) {
    const { weights, bias } = convs[conv] as (typeof convs)[number];
    const taps = weights.length / bias.length;
    weights.fill(0, output * taps, (output + 1) * taps);
  }
  return { header: network.header, convs };
}

const tensorChannels = (network: FloatNetwork): number[] => network.header.tensors.map((tensor) => tensor.channels);

describe('dead channels', () => {
  it('go without changing one bit of any answer, whatever their biases', async () => {
    const filters = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 5 }));
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.uniqueArray(filters, { maxLength: 12, selector: String }),
        async (seed, dead) => {
          const network = kill(wholeNetwork(seed), dead);
          const pruned = removeDeadChannels(network).network;
          const inputs = randomInputs(seed, 2, 4);
          expect(await logits(pruned, inputs)).toEqual(await logits(network, inputs));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are folded into unpadded readers when they are constant, and stay before padded ones', () => {
    const network = wholeNetwork(5);
    const withBias = (bias: number, conv: number): FloatNetwork => {
      const convs = network.convs.map((c) => ({ weights: c.weights, bias: c.bias.slice() }));
      (convs[conv] as (typeof convs)[number]).bias[0] = bias;
      return kill({ header: network.header, convs }, [[conv, 0]]);
    };
    const gone = (bias: number, conv: number): number => removeDeadChannels(withBias(bias, conv)).removed;
    const before = removeDeadChannels(network).removed;
    expect(gone(1, 1) - before).toBeGreaterThanOrEqual(1); // "left" is read by an unpadded 1x1
    expect(gone(-1, 0) - before).toBeGreaterThanOrEqual(2); // ReLU makes it zero; the channel goes before and after the pool
    expect(gone(1, 0)).toBe(before); // "first" is read by a padded 3x3, through the pool
  });

  it('leave at least one channel everywhere', () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7].map((o) => [3, o] as [number, number]);
    const pruned = removeDeadChannels(kill(wholeNetwork(9), all)).network;
    expect(Math.min(...tensorChannels(pruned))).toBeGreaterThanOrEqual(1);
    loaded(description(pruned), 'test');
  });
});

describe('channels of least weight', () => {
  it('make the network really smaller, on both sides of pools and joints, and it still runs', async () => {
    const network = randomNetwork(3);
    const { network: pruned } = removeWeakChannels(network, () => 0.5);
    expect(tensorChannels(pruned)).toEqual([3, 4, 4, 6, 4]);
    expect((await logits(pruned, randomInputs(1, 1)))[0]).toHaveLength(6);
  });
});
