/**
 * The networks this project compares itself with, as graphs without weights: ZynqNet (Gschwend 2016, table 5.1) and
 * SqueezeNet v1.0 and v1.1 (Iandola et al. 2016, table 1; the authors' published prototxt files).
 */

import type { ModelHeader } from '../../daemon/model/header.js';
import { hasWeights } from './conv-geometry.js';

type Tensor = ModelHeader['tensors'][number];
type Op = ModelHeader['ops'][number];
type ConvOp = Extract<Op, { op: 'conv' }>;

export interface Topology {
  readonly name: string;
  readonly classes: number;
  /** [0] is the network's input. */
  readonly tensors: readonly Tensor[];
  readonly ops: readonly Op[];
}

interface Window {
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
}

class TopologyBuilder {
  readonly #tensors: Tensor[];
  readonly #ops: Op[] = [];
  #weights = 0;

  constructor(size: number) {
    this.#tensors = [{ name: 'data', channels: 3, height: size, width: size }];
  }

  conv(name: string, channels: number, { kernel, stride = 1, pad = 0 }: Window): this {
    const input = this.#last();
    const edge = Math.floor((input.height + 2 * pad - kernel) / stride) + 1;
    const tensor = this.#tensors.length;
    const from = this.#whole(tensor - 1);
    this.#tensors.push({ name, channels, height: edge, width: edge });
    this.#ops.push(this.#convOp(name, from, { tensor, offset: 0, channels }, { kernel, stride, pad }));
    return this;
  }

  pool(name: string): this {
    const { channels, height } = this.#last();
    const edge = Math.ceil((height - 3) / 2) + 1;
    const tensor = this.#tensors.length;
    const input = this.#whole(tensor - 1);
    this.#tensors.push({ name, channels, height: edge, width: edge });
    const output = { tensor, offset: 0, channels };
    this.#ops.push({ op: 'maxpool', name, input, output, kernel: [3, 3], stride: 2, pad: [0, 0, 0, 0], ceil: true });
    return this;
  }

  /** Squeeze, then 1x1 and 3x3 expansion side by side into one tensor. */
  fire(name: string, squeeze: number, expand: number, window: Window = { kernel: 1 }): this {
    this.conv(`${name}/squeeze${window.kernel}x${window.kernel}`, squeeze, window);
    const { height } = this.#last();
    const tensor = this.#tensors.length;
    const from = this.#whole(tensor - 1);
    this.#tensors.push({ name, channels: 2 * expand, height, width: height });
    const one = { tensor, offset: 0, channels: expand };
    const three = { tensor, offset: expand, channels: expand };
    this.#ops.push(this.#convOp(`${name}/expand1x1`, from, one, { kernel: 1 }));
    this.#ops.push(this.#convOp(`${name}/expand3x3`, from, three, { kernel: 3, pad: 1 }));
    return this;
  }

  /** The last convolution feeds the global average pool directly. */
  classify(name: string, topology: string, classes: number, options: { relu: boolean; pad?: number }): Topology {
    const from = this.#whole(this.#tensors.length - 1);
    const output = { logits: true, offset: 0, channels: classes } as const;
    const op = this.#convOp(name, from, output, { kernel: 1, pad: options.pad ?? 0 });
    this.#ops.push({ ...op, relu: options.relu });
    return { name: topology, classes, tensors: this.#tensors, ops: this.#ops };
  }

  #convOp(name: string, input: ConvOp['input'], output: ConvOp['output'], window: Window): ConvOp {
    const { kernel, stride = 1, pad = 0 } = window;
    const weights = this.#weights;
    this.#weights += 1;
    return {
      op: 'conv',
      name,
      input,
      output,
      kernel: [kernel, kernel],
      stride,
      pad: [pad, pad, pad, pad],
      relu: true,
      weights,
    };
  }

  #last(): Tensor {
    return this.#tensors.at(-1) as Tensor;
  }

  #whole(tensor: number) {
    return { tensor, offset: 0, channels: (this.#tensors[tensor] as Tensor).channels };
  }
}

const halve: Window = { kernel: 3, stride: 2, pad: 1 };

/** ZynqNet: strided convolutions in place of max-pooling, powers of two in height and width, no padding on conv10. */
export function zynqnet({ size = 256, classes = 1024 } = {}): Topology {
  return new TopologyBuilder(size)
    .conv('conv1', 64, halve)
    .fire('fire2', 16, 64, halve)
    .fire('fire3', 16, 64)
    .fire('fire4', 32, 128, halve)
    .fire('fire5', 32, 128)
    .fire('fire6', 64, 256, halve)
    .fire('fire7', 64, 192)
    .fire('fire8', 112, 256, halve)
    .fire('fire9', 112, 368)
    .classify('conv10', 'zynqnet', classes, { relu: false });
}

export function squeezenetV10({ classes = 1000 } = {}): Topology {
  return new TopologyBuilder(227)
    .conv('conv1', 96, { kernel: 7, stride: 2 })
    .pool('pool1')
    .fire('fire2', 16, 64)
    .fire('fire3', 16, 64)
    .fire('fire4', 32, 128)
    .pool('pool4')
    .fire('fire5', 32, 128)
    .fire('fire6', 48, 192)
    .fire('fire7', 48, 192)
    .fire('fire8', 64, 256)
    .pool('pool8')
    .fire('fire9', 64, 256)
    .classify('conv10', 'squeezenet-v1.0', classes, { relu: true, pad: 1 });
}

function squeezenetV11({ classes = 1000 } = {}): Topology {
  return new TopologyBuilder(227)
    .conv('conv1', 64, { kernel: 3, stride: 2 })
    .pool('pool1')
    .fire('fire2', 16, 64)
    .fire('fire3', 16, 64)
    .pool('pool3')
    .fire('fire4', 32, 128)
    .fire('fire5', 32, 128)
    .pool('pool5')
    .fire('fire6', 48, 192)
    .fire('fire7', 48, 192)
    .fire('fire8', 64, 256)
    .fire('fire9', 64, 256)
    .classify('conv10', 'squeezenet-v1.1', classes, { relu: true });
}

/** By the names that `model inspect --compare` takes. */
export const topologies: Readonly<Record<string, () => Topology>> = {
  zynqnet: () => zynqnet(),
  'squeezenet-v1.0': () => squeezenetV10(),
  'squeezenet-v1.1': () => squeezenetV11(),
};

/** Height and width of what a convolution computes. */
export function outputSize(topology: Pick<Topology, 'tensors'>, op: ConvOp): { height: number; width: number } {
  const input = topology.tensors[op.input.tensor] as Tensor;
  const [top, left, bottom, right] = op.pad;
  return {
    height: Math.floor((input.height + top + bottom - op.kernel[0]) / op.stride) + 1,
    width: Math.floor((input.width + left + right - op.kernel[1]) / op.stride) + 1,
  };
}

/** Number of weights of a convolution, biases not counted. */
export function weightCount(op: ConvOp): number {
  return op.output.channels * op.input.channels * op.kernel[0] * op.kernel[1];
}

/** Multiply-accumulates of one frame, those in the padding included. */
export function macCount(topology: Pick<Topology, 'tensors' | 'ops'>): number {
  return topology.ops.reduce((sum, op) => {
    if (!hasWeights(op)) return sum;
    const { height, width } = outputSize(topology, op);
    return sum + weightCount(op) * height * width;
  }, 0);
}
