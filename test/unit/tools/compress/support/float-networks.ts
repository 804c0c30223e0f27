import type { HeaderOp, ModelHeader } from '../../../../../daemon/model/header.js';
import type { FloatNetwork } from '../../../../../tools/compress/float-network.js';

/** Repeatable numbers in [0, 1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const classes = 6;

/**
 * Everything that compression has to follow: a strided convolution, a max-pool, two convolutions side by side in one tensor,
 * padded and unpadded readers, and a wide convolution. `draw` gives the weights and biases.
 */
function smallNetwork(draw: (what: 'weight' | 'bias') => number): FloatNetwork {
  const whole = (tensor: number, channels: number) => ({ tensor, offset: 0, channels });
  const conv = (name: string, weights: number, rest: object) =>
    ({ op: 'conv', name, stride: 1, pad: [0, 0, 0, 0], relu: true, weights, ...rest }) as HeaderOp;
  const ops: HeaderOp[] = [
    conv('first', 0, { input: whole(0, 3), output: whole(1, 8), kernel: [3, 3], stride: 2, pad: [1, 1, 1, 1] }),
    {
      op: 'maxpool',
      name: 'pool',
      input: whole(1, 8),
      output: whole(2, 8),
      kernel: [3, 3],
      stride: 2,
      pad: [0, 0, 0, 0],
      ceil: true,
    },
    conv('left', 1, { input: whole(2, 8), output: whole(3, 6), kernel: [1, 1] }),
    conv('right', 2, {
      input: whole(2, 8),
      output: { tensor: 3, offset: 6, channels: 6 },
      kernel: [3, 3],
      pad: [1, 1, 1, 1],
    }),
    conv('middle', 3, { input: whole(3, 12), output: whole(4, 8), kernel: [1, 1] }),
    conv('last', 4, {
      input: whole(4, 8),
      output: { logits: true, offset: 0, channels: classes },
      kernel: [1, 1],
      relu: false,
    }),
  ];
  const header: ModelHeader = {
    name: 'small',
    arithmetic: 'float32',
    input: { channels: 3, height: 16, width: 16, order: 'rgb', mean: [0, 0, 0], scale: [1, 1, 1] },
    preprocessing: { mode: 'squash', resize: null, crop: false },
    labels: Array.from({ length: classes }, (_, i) => `class ${i}`),
    tensors: [
      { name: 'data', channels: 3, height: 16, width: 16 },
      { name: 'first', channels: 8, height: 8, width: 8 },
      { name: 'pool', channels: 8, height: 4, width: 4 },
      { name: 'joint', channels: 12, height: 4, width: 4 },
      { name: 'middle', channels: 8, height: 4, width: 4 },
    ],
    ops,
    provenance: {},
  };
  const shapes: [number, number][] = [
    [8, 27],
    [6, 8],
    [6, 72],
    [8, 12],
    [classes, 8],
  ];
  const convs = shapes.map(([outputs, taps]) => ({
    weights: Float32Array.from({ length: outputs * taps }, () => draw('weight')),
    bias: Float32Array.from({ length: outputs }, () => draw('bias')),
  }));
  return { header, convs };
}

/** Weights like a trained network's: small, around zero. */
export function randomNetwork(seed: number): FloatNetwork {
  const next = generator(seed);
  const normal = () => next() + next() + next() + next() - 2;
  return smallNetwork((what) => (what === 'weight' ? 0.15 * normal() : 2 * normal()));
}

/** Small whole numbers: float sums of them are exact in any order, so that outputs can be compared bit by bit. */
export function wholeNetwork(seed: number): FloatNetwork {
  const next = generator(seed);
  return smallNetwork(() => Math.floor(3 * next()) - 1);
}

export function randomInputs(seed: number, count: number, levels = 256): Uint8Array[] {
  const next = generator(seed);
  return Array.from({ length: count }, () => {
    // Patches, not noise: something for the channels to tell apart.
    const colours = Array.from({ length: 12 }, () => Math.floor(levels * next()));
    return Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % 16, Math.floor(i / 48), i % 3];
      return Math.min(
        levels - 1,
        (colours[(y >= 8 ? 6 : 0) + (x >= 8 ? 3 : 0) + c] as number) + Math.floor(2 * next()),
      );
    });
  });
}
