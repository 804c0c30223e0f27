import { encodeModelFile } from '../../daemon/model/model-file.js';

export interface SmallModelOptions {
  readonly size?: number;
  readonly classes?: number;
  readonly name?: string;
}

/**
 * A tiny int8 network that tells colours apart: one wide 1x1 convolution, whose class 0, 1, 2 answer to red, green and
 * blue; further classes never win. Enough for everything that is not about accuracy.
 */
export function smallModel({ size = 32, classes = 3, name = 'colours' }: SmallModelOptions = {}): Buffer {
  const weights = new Int8Array(classes * 3);
  for (let c = 0; c < 3; c += 1) weights[c * 3 + c] = 64;
  const logits = { logits: true, offset: 0, channels: classes };
  const header = {
    name,
    arithmetic: 'int8',
    input: {
      channels: 3,
      height: size,
      width: size,
      order: 'rgb',
      mean: [0, 0, 0],
      scale: [1, 1, 1],
      zeroPoint: [0, 0, 0],
    },
    preprocessing: { mode: 'squash', resize: null, crop: false },
    labels: ['red', 'green', 'blue', ...Array.from({ length: classes - 3 }, (_, index) => `other ${index}`)],
    tensors: [{ name: 'data', channels: 3, height: size, width: size, scale: 1, zeroPoint: 0 }],
    ops: [
      {
        op: 'conv',
        name: 'conv',
        input: { tensor: 0, offset: 0, channels: 3 },
        output: logits,
        kernel: [1, 1],
        stride: 1,
        pad: [0, 0, 0, 0],
        relu: false,
        preShift: 0,
        weights: 0,
      },
    ],
    provenance: {},
  };
  return encodeModelFile({
    headerJson: JSON.stringify(header),
    convs: [{ weights, bias: new Int32Array(classes), multiplier: new Uint16Array(0), shift: new Uint8Array(0) }],
    logitScale: new Float32Array(classes).fill(8 / (size * size * 64 * 255)),
    logitOffset: new Float32Array(classes).map((_, index) => (index < 3 ? 0 : -20)),
  });
}
