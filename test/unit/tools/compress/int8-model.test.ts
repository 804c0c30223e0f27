import { describe, expect, it } from 'vitest';
import { foldInputScale } from '../../../../tools/compress/int8-model.js';
import { randomNetwork } from './support/float-networks.js';

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
