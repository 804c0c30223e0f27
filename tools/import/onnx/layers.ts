import type { Pads } from '../graph/nodes.js';
import { badWeights, unsupported } from '../import-errors.js';
import type { NodeContext } from './context.js';
import type { Constant } from './tensors.js';
import { paddingOf, pair } from './windows.js';

/** A constant's values as float32 weights. */
export function floats(constant: Constant): Float32Array {
  return constant.values instanceof Float32Array ? constant.values : Float32Array.from(constant.values);
}

export function conv(node: NodeContext): void {
  const { attributes, layer } = node;
  const group = attributes.int('group', 1);
  if (group !== 1)
    unsupported(layer, `group ${group}; grouped and depthwise convolutions do not run on the accelerator`);
  const weights = node.constant(1);
  const [outputs, inputs, height, width] = weights.dims;
  if (weights.dims.length !== 4 || outputs === undefined || height === undefined || width === undefined) {
    unsupported(layer, `weights of ${weights.dims.length} dimensions; a convolution over pictures has 4`);
  }
  const input = node.value(0);
  if (inputs !== input.shape.channels)
    badWeights(layer, `weights for ${inputs} input channels, but it gets ${input.shape.channels}`);
  const kernel = pair(layer, 'kernel_shape', attributes.ints('kernel_shape'), [height, width]);
  if (kernel[0] !== height || kernel[1] !== width)
    badWeights(layer, `kernel_shape ${kernel.join('x')}, weights ${height}x${width}`);
  const dilations = pair(layer, 'dilations', attributes.ints('dilations'), [1, 1]);
  if ((dilations[0] !== 1 && height !== 1) || (dilations[1] !== 1 && width !== 1)) {
    unsupported(layer, `dilation ${dilations.join('x')}; the accelerator's kernels have no gaps`);
  }
  const strides = pair(layer, 'strides', attributes.ints('strides'), [1, 1]);
  const pads = paddingOf(layer, attributes, input.shape, kernel, strides);
  const bias = node.optionalConstant(2);
  node.setValue(
    node.builder.conv(layer, node.name, input, { outputs, kernel, strides, pads }, () => ({
      weights: floats(weights),
      bias: bias && floats(bias),
    })),
  );
}

/** y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, as one factor and one offset per channel. */
export function batchNormalization(node: NodeContext): void {
  const { attributes, layer } = node;
  if (attributes.int('training_mode', 0) !== 0) unsupported(layer, 'training mode; export the network in eval mode');
  if (attributes.int('spatial', 1) !== 1) unsupported(layer, 'not one factor per channel (spatial 0)');
  const input = node.value(0);
  const epsilon = attributes.float('epsilon', 1e-5);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => node.constant(index).values) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const { channels } = input.shape;
  for (const values of [gamma, beta, mean, variance]) {
    if (values.length !== channels) badWeights(layer, `${values.length} values for ${channels} channels`);
  }
  const scale = new Float64Array(channels);
  const shift = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const spread = (variance[c] as number) + epsilon;
    if (!(spread > 0)) badWeights(layer, `the variance of channel ${c} is not positive`);
    scale[c] = (gamma[c] as number) / Math.sqrt(spread);
    shift[c] = (beta[c] as number) - (mean[c] as number) * (scale[c] as number);
  }
  node.setValue(node.builder.affine(layer, node.name, input, scale, shift));
}

/** Relu, and Clip with minimum 0 and no maximum, which is the same. */
export function relu(node: NodeContext): void {
  node.setValue(node.builder.relu(node.layer, node.name, node.value(0)));
}

export function clip(node: NodeContext): void {
  const { attributes, layer } = node;
  const before11 = node.opset < 11;
  const low = before11 ? attributes.float('min', Number.NEGATIVE_INFINITY) : scalar(node, 1, Number.NEGATIVE_INFINITY);
  const high = before11 ? attributes.float('max', Number.POSITIVE_INFINITY) : scalar(node, 2, Number.POSITIVE_INFINITY);
  if (high < 3.4e38) unsupported(layer, `clips at ${high} (ReLU6 and the like); the accelerator has plain ReLU`);
  if (low !== 0) unsupported(layer, `clips below ${low}; the accelerator has plain ReLU`);
  relu(node);
}

function scalar(node: NodeContext, index: number, fallback: number): number {
  const constant = node.optionalConstant(index);
  if (constant === undefined) return fallback;
  const [value] = constant.values;
  if (constant.values.length !== 1 || value === undefined) badWeights(node.layer, `input ${index} must be one number`);
  return value;
}

/** Zero padding in a node of its own; the convolution behind it takes it over. */
export function pad(node: NodeContext): void {
  const { attributes, layer } = node;
  const mode = attributes.text('mode', 'constant');
  if (mode !== 'constant')
    unsupported(layer, `padding mode ${JSON.stringify(mode).slice(0, 20)}; the accelerator pads with zeros`);
  const before11 = node.opset < 11;
  const value = before11 ? attributes.float('value', 0) : scalar(node, 2, 0);
  if (value !== 0) unsupported(layer, `pads with ${value}; the accelerator pads with zeros`);
  if (node.inputCount > 3) unsupported(layer, 'padding of chosen axes');
  const amounts = before11 ? (attributes.ints('pads') ?? []) : [...node.constant(1).values];
  const [n0, c0, top, left, n1, c1, bottom, right] = amounts;
  if (amounts.length !== 8 || n0 !== 0 || c0 !== 0 || n1 !== 0 || c1 !== 0)
    unsupported(layer, 'padding other than of height and width');
  node.setValue(node.builder.pad(layer, node.value(0), [top, left, bottom, right] as unknown as Pads));
}
