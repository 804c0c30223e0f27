import { describe, expect, it } from 'vitest';
import { rightPrice } from '../../../../tools/compress/cluster.js';
import { withEngine } from '../../../../tools/compress/evaluate.js';
import { describe as description, type FloatNetwork, loaded } from '../../../../tools/compress/float-network.js';
import { convGradients, fisherSample } from '../../../../tools/compress/gradients.js';
import { compressKernels } from '../../../../tools/native/compress-kernels.js';
import { generator, randomNetwork } from './support/float-networks.js';

const input = (seed: number) =>
  Uint8Array.from({ length: 3 * 16 * 16 }, generator(seed)).map((_, i) => (i * 37 + seed) % 251);

async function run(network: FloatNetwork, pixels: Uint8Array) {
  return withEngine(loaded(description(network), 'test').model, (engine) => engine.runAllTensors(pixels));
}

const dot = (v: Float32Array, logits: ArrayLike<number>) =>
  v.reduce((total, value, c) => total + value * (logits[c] ?? 0), 0);

describe('gradients of the answers', () => {
  // A bias is added at every position alike: its gradient is the sum over positions of what convGradients gives.
  it.each([
    ['linear at the end', false],
    ['ReLU at the end', true],
  ])('are what a small change of each bias does to the logits (%s)', async (_, relu) => {
    const base = randomNetwork(5);
    const ops = base.header.ops.map((op) => (op.op === 'conv' && op.name === 'last' ? { ...op, relu } : op));
    const small = { ...base.header.input, scale: [0.01, 0.01, 0.01] }; // differences of large logits would drown in rounding
    const convs = base.convs.map(({ weights, bias }) => ({ weights, bias: bias.map((b) => Math.abs(b) / 2) }));
    const network = { header: { ...base.header, ops, input: small }, convs };
    const pixels = input(3);
    const v = Float32Array.from([1, -2, 0.5, 3, -1, 0.25]);
    const { logits, tensors } = await run(network, pixels);
    const gradients = convGradients(network, tensors, v);
    let informative = 0;
    for (const [i, conv] of network.convs.entries()) {
      const outputs = conv.bias.length;
      for (let o = 0; o < outputs; o++) {
        let expected = 0;
        for (let k = o; k < (gradients[i]?.length ?? 0); k += outputs) expected += gradients[i]?.[k] ?? 0;
        // ReLU and maximum are linear up to the next kink: of two differences at least one is free of kinks, nearly always.
        const differences: number[] = [];
        for (const step of [0.002, -0.002]) {
          const bias = conv.bias.slice();
          bias[o] = (bias[o] ?? 0) + step;
          const changed = { ...network, convs: network.convs.with(i, { ...conv, bias }) };
          differences.push((dot(v, (await run(changed, pixels)).logits) - dot(v, logits)) / step);
        }
        const nearest = Math.min(...differences.map((d) => Math.abs(d - expected)));
        expect(nearest).toBeLessThan(0.002 + 0.01 * Math.abs(expected));
        if (Math.abs(expected) > 0.02) informative += 1;
      }
    }
    expect(informative).toBeGreaterThan(20);
  });

  it('are sampled so that their squares are the curvature of the divergence', () => {
    const answer = Float64Array.from([0.6, 0.25, 0.1, 0.05]);
    const moments = new Float64Array(16);
    const samples = 4000;
    for (let seed = 1; seed <= samples; seed++) {
      const v = fisherSample(answer, Math.imul(seed, 2654435761));
      for (let a = 0; a < 4; a++)
        for (let b = 0; b < 4; b++)
          moments[a * 4 + b] = (moments[a * 4 + b] ?? 0) + ((v[a] ?? 0) * (v[b] ?? 0)) / samples;
    }
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        const exact = (a === b ? (answer[a] ?? 0) : 0) - (answer[a] ?? 0) * (answer[b] ?? 0);
        expect(moments[a * 4 + b]).toBeCloseTo(exact, 1.5);
      }
    }
  });
});

describe('kernels', () => {
  const window = {
    height: 7,
    width: 5,
    tensorChannels: 6,
    channelOffset: 1,
    channels: 4,
    kernelHeight: 3,
    kernelWidth: 3,
    stride: 2,
    padTop: 1,
    padLeft: 1,
    outputHeight: 4,
    outputWidth: 3,
  };
  const taps = 36;
  const outputs = 37; // no multiple of any block
  const next = generator(9);
  const random = (length: number) => Float32Array.from({ length }, () => next() - 0.5);
  const tensor = random(7 * 5 * 6);
  const weights = random(outputs * taps);
  const bias = random(outputs);

  /** Calls `body` for each pair of output position and input element that a tap joins. */
  function joined(body: (position: number, tap: number, element: number) => void): void {
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 3; x++)
        for (let c = 0; c < 4; c++)
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++) {
              const row = 2 * y - 1 + ky;
              const column = 2 * x - 1 + kx;
              if (row < 0 || row > 6 || column < 0 || column > 4) continue;
              body(y * 3 + x, c * 9 + ky * 3 + kx, (row * 5 + column) * 6 + 1 + c);
            }
  }

  it.each([1, 2])('convolve and addInputGradient are the plain sums (%i threads)', (threads) => {
    const compress = compressKernels();
    const expected = new Float64Array(12 * outputs).map((_, k) => bias[k % outputs] ?? 0);
    joined((position, tap, element) => {
      for (let o = 0; o < outputs; o++)
        expected[position * outputs + o] =
          (expected[position * outputs + o] ?? 0) + (weights[o * taps + tap] ?? 0) * (tensor[element] ?? 0);
    });
    const found = compress.convolve({ ...window, weights, bias, tensor, threads });
    for (const [k, value] of expected.entries()) expect(found[k]).toBeCloseTo(value, 4);

    const outputGradient = random(12 * outputs);
    const gradient = new Float32Array(tensor.length).fill(1); // added to, not overwritten
    const sums = new Float64Array(tensor.length).fill(1);
    joined((position, tap, element) => {
      for (let o = 0; o < outputs; o++)
        sums[element] =
          (sums[element] ?? 0) + (weights[o * taps + tap] ?? 0) * (outputGradient[position * outputs + o] ?? 0);
    });
    compress.addInputGradient({ ...window, weights, outputGradient, gradient, threads });
    for (const [k, value] of sums.entries()) expect(gradient[k]).toBeCloseTo(value, 4);
  });

  it('refuse arrays that do not fit the window', () => {
    const compress = compressKernels();
    const gradient = new Float32Array(tensor.length);
    expect(() => compress.convolve({ ...window, weights, bias: bias.subarray(1), tensor, threads: 1 })).toThrow(
      RangeError,
    );
    expect(() =>
      compress.addInputGradient({ ...window, weights, outputGradient: new Float32Array(1), gradient, threads: 1 }),
    ).toThrow(RangeError);
  });

  it("factorMoments takes the mean out: L L' is the covariance", () => {
    const size = 5;
    const rows = 40;
    const gram = new Float32Array(size * size);
    const sum = new Float64Array(size);
    const samples = Array.from({ length: rows }, () => Float64Array.from({ length: size }, () => 3 + next()));
    for (const x of samples) {
      for (let i = 0; i < size; i++) {
        sum[i] = (sum[i] ?? 0) + (x[i] ?? 0);
        for (let j = 0; j <= i; j++) gram[i * size + j] = (gram[i * size + j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
      }
    }
    const damping = 1e-4;
    compressKernels().factorMoments({ gram, sum, taps: size, rows, damping, threads: 1 });
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let k = 0; k <= j; k++) product += (gram[i * size + k] ?? 0) * (gram[j * size + k] ?? 0);
        const mean = (k: number) => (sum[k] ?? 0) / rows;
        const exact = samples.reduce((total, x) => total + ((x[i] ?? 0) - mean(i)) * ((x[j] ?? 0) - mean(j)), 0) / rows;
        expect(product).toBeCloseTo(exact, 3);
      }
    }
  });
});

describe('the price of a bit', () => {
  const curve = (logPrice: number, noise: number) => ({
    logPrice,
    divergence: 2 ** (logPrice + 22 + noise),
    loss: 2 ** (logPrice + 20),
  });

  it('is found exactly where divergence is in proportion to it', () => {
    const limit = Math.log2(0.015) - 22;
    expect(rightPrice([curve(-33, 0)], 0.01, 3)).toBeCloseTo(-29, 6); // at most four octaves a step
    expect(rightPrice([curve(-28, 0)], 0.01, 3)).toBeCloseTo(limit, 6);
  });

  it('averages what is near, and hardly heeds what is far', () => {
    const limit = Math.log2(0.015) - 22;
    const near = [curve(limit, 0.2), curve(limit - 0.1, -0.2)];
    expect(rightPrice(near, 0.01, 0.75)).toBeCloseTo(limit, 1);
    expect(rightPrice([...near, curve(limit - 6, 2)], 0.01, 0.75)).toBeCloseTo(limit, 1);
  });

  it('heeds the loss where that is more than the divergence lets expect', () => {
    const costly = { ...curve(-28, 0), loss: 2 * curve(-28, 0).divergence };
    expect(rightPrice([costly], 0.01, 3)).toBeCloseTo(Math.log2(0.01) - 22, 6);
  });
});
