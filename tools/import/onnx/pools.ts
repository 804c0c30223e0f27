import { unsupported } from '../import-errors.js';
import type { NodeContext } from './context.js';
import { paddingOf, pair } from './windows.js';

export function maxPool(node: NodeContext): void {
  const { attributes, layer } = node;
  const input = node.value(0);
  if (node.node.output.length > 1 && node.node.output[1] !== '')
    unsupported(layer, 'asks for the indices of the maxima');
  const dilations = pair(layer, 'dilations', attributes.ints('dilations'), [1, 1]);
  if (dilations[0] !== 1 || dilations[1] !== 1) unsupported(layer, `dilation ${dilations.join('x')}`);
  const kernel = pair(layer, 'kernel_shape', attributes.ints('kernel_shape'), [1, 1]);
  const strides = pair(layer, 'strides', attributes.ints('strides'), [1, 1]);
  const pads = paddingOf(layer, attributes, input.shape, kernel, strides);
  const ceil = attributes.int('ceil_mode', 0) !== 0;
  node.setValue(node.builder.maxPool(layer, node.name, input, kernel, strides, pads, ceil));
}

export function globalAveragePool(node: NodeContext): void {
  node.setValue(node.builder.globalAverage(node.layer, node.name, node.value(0)));
}

/** An average over the whole picture under another name. */
export function averagePool(node: NodeContext): void {
  const { attributes, layer } = node;
  const input = node.value(0);
  const kernel = pair(layer, 'kernel_shape', attributes.ints('kernel_shape'), [1, 1]);
  const strides = pair(layer, 'strides', attributes.ints('strides'), [1, 1]);
  const pads = paddingOf(layer, attributes, input.shape, kernel, strides);
  const { height, width } = input.shape;
  if (kernel[0] !== height || kernel[1] !== width || pads.some((value) => value !== 0)) {
    unsupported(
      layer,
      `averages ${kernel.join('x')} of ${height}x${width}; only the average over everything runs on the accelerator`,
    );
  }
  globalAveragePool(node);
}

export function reduceMean(node: NodeContext): void {
  const { attributes, layer } = node;
  const input = node.value(0);
  if (input.flat) unsupported(layer, 'an average of a flattened vector');
  const listed = attributes.ints('axes') ?? node.optionalConstant(1)?.values;
  const axes = [...(listed ?? [])].map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
  if (axes.join() !== '2,3')
    unsupported(layer, `averages over axes ${axes.join() || 'all'}; it must be height and width (2,3)`);
  const value = node.builder.globalAverage(layer, node.name, input);
  node.setValue(attributes.int('keepdims', 1) === 0 ? node.builder.flatten(layer, value) : value);
}
