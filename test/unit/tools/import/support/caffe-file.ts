import { netType } from '../../../../../tools/import/caffe/proto.js';
import { noise } from './onnx-file.js';

interface Blob {
  dims: number[];
  values: ArrayLike<number>;
}

export interface WeightedLayer {
  name: string;
  type?: string;
  blobs: Blob[];
}

const firstGeneration: Readonly<Record<string, number>> = { Convolution: 4, InnerProduct: 14 };

/** The plain object of a caffemodel; `old` writes the first generation's `layers` with four-dimensional blobs. */
export function caffemodelObject(layers: readonly WeightedLayer[], old = false): Record<string, unknown> {
  if (old) {
    return {
      name: 'net',
      layers: layers.map(({ name, type = 'Convolution', blobs }) => ({
        name,
        type: firstGeneration[type],
        blobs: blobs.map(({ dims, values }) => {
          const [num, channels, height, width] = [...new Array(4 - dims.length).fill(1), ...dims];
          return { num, channels, height, width, data: Array.from(values) };
        }),
      })),
    };
  }
  return {
    name: 'net',
    layer: layers.map(({ name, type = 'Convolution', blobs }) => ({
      name,
      type,
      blobs: blobs.map(({ dims, values }) => ({ shape: { dim: dims }, data: Array.from(values) })),
    })),
  };
}

export function encodeCaffemodel(object: Record<string, unknown>): Uint8Array {
  return netType.encode(netType.fromObject(object)).finish();
}

export function caffemodel(layers: readonly WeightedLayer[], old = false): Uint8Array {
  return encodeCaffemodel(caffemodelObject(layers, old));
}

/** One convolution of a fire network, with the weights it gets. */
export interface ConvSpec {
  name: string;
  inputs: number;
  outputs: number;
  kernel: number;
  stride?: number;
  pad?: number;
}

export function convLayer(
  bottom: string,
  { name, outputs, kernel, stride = 1, pad = 0 }: ConvSpec,
  top = name,
): string {
  return `layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${top}"
  convolution_param { num_output: ${outputs} pad: ${pad} kernel_size: ${kernel} stride: ${stride} weight_filler { type: "xavier" } } }
`;
}

export function inPlaceRelu(blob: string): string {
  return `layer { name: "${blob}/relu" type: "ReLU" bottom: "${blob}" top: "${blob}" }\n`;
}

/** A prototxt and the convolutions in its order. */
export interface Topology {
  prototxt: string;
  convs: ConvSpec[];
}

/** ZynqNet: strided 3x3 squeezes in place of max-pools, two halves of a last layer, one average over everything. */
export function zynqnetTopology(): Topology {
  const convs: ConvSpec[] = [];
  let text = 'input: "data"\ninput_shape { dim: 1 dim: 3 dim: 256 dim: 256 }\n';
  const add = (bottom: string, spec: ConvSpec, relu = true) => {
    convs.push(spec);
    text += convLayer(bottom, spec) + (relu ? inPlaceRelu(spec.name) : '');
  };
  add('data', { name: 'conv1', inputs: 3, outputs: 64, kernel: 3, stride: 2, pad: 1 });
  let [bottom, inputs] = ['conv1', 64];
  const squeezes = [16, 16, 32, 32, 64, 64, 112, 112];
  const expands = [64, 64, 128, 128, 256, 192, 256, 368];
  squeezes.forEach((squeeze, i) => {
    const fire = `fire${i + 2}`;
    const expand = expands[i] as number;
    const first: ConvSpec =
      i % 2 === 0
        ? { name: `${fire}/squeeze3x3`, inputs, outputs: squeeze, kernel: 3, stride: 2, pad: 1 }
        : { name: `${fire}/squeeze1x1`, inputs, outputs: squeeze, kernel: 1 };
    add(bottom, first);
    add(first.name, { name: `${fire}/expand1x1`, inputs: squeeze, outputs: expand, kernel: 1 });
    add(first.name, { name: `${fire}/expand3x3`, inputs: squeeze, outputs: expand, kernel: 3, pad: 1 });
    text += `layer { name: "${fire}/concat" type: "Concat" bottom: "${fire}/expand1x1" bottom: "${fire}/expand3x3" top: "${fire}/concat" }\n`;
    [bottom, inputs] = [`${fire}/concat`, 2 * expand];
  });
  text += `layer { name: "drop9" type: "Dropout" bottom: "${bottom}" top: "${bottom}" dropout_param { dropout_ratio: 0.5 } }\n`;
  for (const name of ['conv10/split1', 'conv10/split2']) add(bottom, { name, inputs, outputs: 512, kernel: 1 }, false);
  text += `layer { name: "conv10" type: "Concat" bottom: "conv10/split1" bottom: "conv10/split2" top: "conv10" }
layer { name: "pool10" type: "Pooling" bottom: "conv10" top: "pool10" pooling_param { pool: AVE global_pooling: true } }
layer { name: "softmax" type: "Softmax" bottom: "pool10" top: "softmax" }\n`;
  return { prototxt: text, convs };
}

export function randomWeights(convs: readonly ConvSpec[]): WeightedLayer[] {
  return convs.map(({ name, inputs, outputs, kernel }, i) => {
    const dims = [outputs, inputs, kernel, kernel];
    const count = outputs * inputs * kernel * kernel;
    const size = Math.sqrt(3 / (inputs * kernel * kernel));
    return {
      name,
      blobs: [
        { dims, values: noise(count, i + 1, size) },
        { dims: [outputs], values: noise(outputs, i + 100, 0.1) },
      ],
    };
  });
}

/** A Deep Compression file: 8-bit codes of a 256-entry codebook whose first value is 0, 4-bit gaps with fillers. */
export function deepCompressionFile(
  layers: readonly { codes: Uint8Array; codebook: Float32Array; bias: Float32Array }[],
): Buffer {
  const counts: number[] = [];
  const parts: Buffer[] = [];
  for (const { codes, codebook, bias } of layers) {
    const entries: [code: number, gap: number][] = [];
    let last = -1;
    codes.forEach((code, position) => {
      if (code === 0) return;
      let gap = position - last - 1;
      for (; gap > 15; gap -= 16) entries.push([0, 15]);
      entries.push([code, gap]);
      last = position;
    });
    counts.push(entries.length);
    const gaps = Buffer.alloc(Math.ceil(entries.length / 2));
    entries.forEach(([, gap], i) => {
      gaps[i >> 1] = (gaps[i >> 1] as number) | (gap << (4 * (i % 2)));
    });
    parts.push(
      Buffer.from(codebook.buffer),
      Buffer.from(bias.buffer),
      Buffer.from(entries.map(([code]) => code)),
      gaps,
    );
  }
  return Buffer.concat([Buffer.from(Uint32Array.from(counts).buffer), ...parts]);
}
