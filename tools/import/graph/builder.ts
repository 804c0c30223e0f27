import { badWeights, inconsistent, shown, unsupported } from '../import-errors.js';
import { limits } from '../limits.js';
import type { Graph, Node, Pads, Shape } from './nodes.js';
import { convShape, poolShape } from './shapes.js';

/** One value of the network, as the readers pass it from layer to layer. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  /** a vector to the file's following layers; `shape` is what it was flattened from */
  readonly flat: boolean;
  /** channels of one position with one of its two axes removed, on the way to a vector */
  readonly squeezed: boolean;
  /** zero padding that the next convolution must take over */
  readonly pads: Pads;
  /** after softmax: nothing but the output may follow */
  readonly probabilities: boolean;
}

const noPads: Pads = [0, 0, 0, 0];

/** What a convolution or dense layer brings along; `bias` may be left out. */
export interface ConvWeights {
  readonly weights: Float32Array;
  readonly bias?: Float32Array | undefined;
}

export interface ConvShape {
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: Pads;
}

/**
 * Builds the graph layer by layer and refuses, by the layer's name, what the accelerator cannot run. Both readers
 * use it, so that ONNX and Caffe networks meet one set of rules.
 */
export class GraphBuilder {
  readonly #shapes: Shape[] = [];
  readonly #nodes: Node[] = [];
  #elements = 0;
  #weights = 0;

  input(name: string, shape: Shape): Value {
    const layer = `input '${shown(name)}'`;
    if (!(shape.channels >= 1 && shape.channels <= 4)) unsupported(layer, 'a picture has 1 to 4 channels');
    return this.#value(layer, shape);
  }

  conv(layer: string, name: string, input: Value, geometry: ConvShape, load: () => ConvWeights): Value {
    this.#plain(layer, { ...input, pads: noPads });
    if (input.flat) unsupported(layer, 'a convolution cannot follow a flattened vector');
    const [kernelHeight, kernelWidth] = geometry.kernel;
    const [strideHeight, strideWidth] = geometry.strides;
    if (!(kernelHeight >= 1 && kernelHeight <= 7 && kernelWidth >= 1 && kernelWidth <= 7)) {
      unsupported(layer, `the kernel is ${kernelHeight}x${kernelWidth}; the accelerator has 1 to 7 each way`);
    }
    if (strideHeight !== strideWidth || (strideHeight !== 1 && strideHeight !== 2)) {
      unsupported(layer, `the stride is ${strideHeight}x${strideWidth}; the accelerator has 1 or 2, the same each way`);
    }
    const pads = geometry.pads.map((pad, side) => pad + (input.pads[side] ?? 0)) as unknown as Pads;
    pads.forEach((pad, side) => {
      const max = side % 2 === 0 ? kernelHeight : kernelWidth;
      if (!(pad >= 0 && pad <= max)) unsupported(layer, `padding ${pads.join(',')}; it must be 0 to the kernel's size`);
    });
    if (!(geometry.outputs >= 1 && geometry.outputs <= limits.dimension)) {
      unsupported(layer, `${geometry.outputs} output channels; the accelerator has 1 to ${limits.dimension}`);
    }
    const inner = this.#shape(input.id);
    const count = geometry.outputs * inner.channels * kernelHeight * kernelWidth;
    this.#weights += count;
    if (this.#weights > limits.floatWeights)
      unsupported(layer, `more than ${limits.floatWeights} weights in the network`);
    const shape = convShape(inner, geometry.kernel, strideHeight, pads, geometry.outputs);
    const output = this.#value(layer, shape);
    const { weights, bias } = load();
    if (weights.length !== count) badWeights(layer, `${weights.length} weights where ${count} are needed`);
    if (bias !== undefined && bias.length !== geometry.outputs) {
      badWeights(layer, `${bias.length} biases for ${geometry.outputs} output channels`);
    }
    finite(layer, 'weight', weights);
    if (bias !== undefined) finite(layer, 'bias', bias);
    this.#add({
      kind: 'conv',
      name,
      inputs: [input.id],
      output: output.id,
      kernel: geometry.kernel,
      stride: strideHeight,
      pads,
      weights,
      bias: bias ?? new Float32Array(geometry.outputs),
      relu: false,
    });
    return output;
  }

  /** A fully connected layer: exactly a convolution whose kernel covers its whole input. Weights [output][input]. */
  dense(layer: string, name: string, input: Value, outputs: number, load: () => ConvWeights): Value {
    const { height, width } = input.shape;
    if (height > 7 || width > 7) {
      unsupported(layer, `fully connected to ${height}x${width} positions; the accelerator has at most 7x7`);
    }
    const geometry: ConvShape = { outputs, kernel: [height, width], strides: [1, 1], pads: noPads };
    return { ...this.conv(layer, name, { ...input, flat: false }, geometry, load), flat: true };
  }

  affine(layer: string, name: string, input: Value, scale: Float64Array, shift: Float64Array): Value {
    this.#plain(layer, input);
    if (input.flat && input.shape.height * input.shape.width !== 1) {
      unsupported(layer, 'factors for a flattened vector of several positions');
    }
    const { channels } = input.shape;
    if (scale.length !== channels || shift.length !== channels) {
      badWeights(layer, `${scale.length} factors for ${channels} channels`);
    }
    finite(layer, 'factor', scale);
    finite(layer, 'offset', shift);
    const output = this.#value(layer, input.shape);
    this.#add({ kind: 'affine', name, inputs: [input.id], output: output.id, scale, shift });
    return { ...output, flat: input.flat };
  }

  relu(layer: string, name: string, input: Value): Value {
    this.#plain(layer, input);
    const output = this.#value(layer, input.shape);
    this.#add({ kind: 'relu', name, inputs: [input.id], output: output.id });
    return { ...output, flat: input.flat };
  }

  maxPool(
    layer: string,
    name: string,
    input: Value,
    kernel: readonly [number, number],
    strides: readonly [number, number],
    pads: Pads,
    ceil: boolean,
  ): Value {
    this.#spatial(layer, input);
    if (kernel[0] !== 3 || kernel[1] !== 3 || strides[0] !== 2 || strides[1] !== 2) {
      unsupported(
        layer,
        `max-pool ${kernel.join('x')} with stride ${strides.join('x')}; the accelerator has 3x3 with stride 2`,
      );
    }
    if (!pads.every((pad) => pad >= 0 && pad <= 2))
      unsupported(layer, `padding ${pads.join(',')}; a max-pool has 0 to 2`);
    const output = this.#value(layer, poolShape(input.shape, pads, ceil));
    this.#add({ kind: 'maxpool', name, inputs: [input.id], output: output.id, pads, ceil });
    return output;
  }

  globalAverage(layer: string, name: string, input: Value): Value {
    this.#spatial(layer, input);
    const output = this.#value(layer, { channels: input.shape.channels, height: 1, width: 1 });
    this.#add({ kind: 'gap', name, inputs: [input.id], output: output.id });
    return output;
  }

  concat(layer: string, name: string, inputs: readonly Value[]): Value {
    const first = inputs[0];
    if (first === undefined) inconsistent(layer, 'nothing to join');
    for (const input of inputs) {
      this.#plain(layer, input);
      const { height, width } = input.shape;
      if (height !== first.shape.height || width !== first.shape.width) {
        inconsistent(layer, `joins ${first.shape.height}x${first.shape.width} with ${height}x${width}`);
      }
      if (input.flat !== first.flat || (input.flat && height * width !== 1)) {
        unsupported(layer, 'joins flattened vectors of several positions');
      }
    }
    const channels = inputs.reduce((sum, input) => sum + input.shape.channels, 0);
    const output = this.#value(layer, { ...first.shape, channels });
    this.#add({ kind: 'concat', name, inputs: inputs.map((input) => input.id), output: output.id });
    return { ...output, flat: first.flat };
  }

  flatten(layer: string, input: Value): Value {
    this.#plain(layer, { ...input, squeezed: false });
    return { ...input, flat: true, squeezed: false };
  }

  /** Removes height or width of one position; the second call, or a flatten, makes it a vector. */
  squeeze(layer: string, input: Value): Value {
    if (input.squeezed) return this.flatten(layer, input);
    this.#spatial(layer, input);
    if (input.shape.height * input.shape.width !== 1) unsupported(layer, 'removes an axis of the picture');
    return { ...input, squeezed: true };
  }

  /** A vector back to channels x 1 x 1. */
  unflatten(layer: string, input: Value): Value {
    this.#plain(layer, input);
    if (input.shape.height * input.shape.width !== 1)
      unsupported(layer, 'only vectors of one position change their shape');
    return { ...input, flat: false };
  }

  /** Zero padding on its own; the convolution that follows takes it over. */
  pad(layer: string, input: Value, pads: Pads): Value {
    this.#spatial(layer, input);
    if (!pads.every((pad) => pad >= 0 && pad <= 7)) unsupported(layer, `padding ${pads.join(',')}`);
    const { channels, height, width } = input.shape;
    const shape = { channels, height: height + pads[0] + pads[2], width: width + pads[1] + pads[3] };
    return { ...input, shape, pads };
  }

  softmax(layer: string, input: Value): Value {
    this.#plain(layer, input);
    if (input.shape.height * input.shape.width !== 1) unsupported(layer, 'softmax before the global average pool');
    return { ...input, probabilities: true };
  }

  finish(input: Value, output: Value): Graph {
    return { shapes: this.#shapes, nodes: this.#nodes, input: input.id, output: output.id };
  }

  #shape(id: number): Shape {
    const shape = this.#shapes[id];
    if (shape === undefined) throw new RangeError(`value ${id} does not exist`);
    return shape;
  }

  #open(layer: string, input: Value): void {
    if (input.probabilities) unsupported(layer, 'a layer after softmax');
  }

  #plain(layer: string, input: Value): void {
    this.#open(layer, input);
    if (input.pads.some((pad) => pad !== 0)) unsupported(layer, 'padding that is not followed by a convolution');
    if (input.squeezed) unsupported(layer, 'a layer between removing height and removing width');
  }

  #spatial(layer: string, input: Value): void {
    this.#plain(layer, input);
    if (input.flat) unsupported(layer, 'needs a picture but gets a flattened vector');
  }

  #value(layer: string, shape: Shape): Value {
    for (const size of [shape.channels, shape.height, shape.width]) {
      if (!(size >= 1 && size <= limits.dimension)) {
        unsupported(
          layer,
          `its result would be ${shape.channels}x${shape.height}x${shape.width}; each is 1 to ${limits.dimension}`,
        );
      }
    }
    this.#elements += shape.channels * shape.height * shape.width;
    if (this.#elements > 4 * limits.tensorElements) unsupported(layer, 'the activations need too much memory');
    this.#shapes.push(shape);
    return { id: this.#shapes.length - 1, shape, flat: false, squeezed: false, pads: noPads, probabilities: false };
  }

  #add(node: Node): void {
    if (this.#nodes.length >= 4 * limits.ops) unsupported(`layer '${node.name}'`, 'the network has too many layers');
    this.#nodes.push(node);
  }
}

function finite(layer: string, what: string, values: Float32Array | Float64Array): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) badWeights(layer, `${what} ${index} is ${values[index]}, not a number that can be computed with`);
}
