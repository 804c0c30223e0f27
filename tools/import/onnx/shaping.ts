import type { Value } from '../graph/builder.js';
import { inconsistent, shown, unsupported } from '../import-errors.js';
import type { NodeContext } from './context.js';

export function flatten(node: NodeContext): void {
  const axis = node.attributes.int('axis', 1);
  const value = node.value(0);
  if (axis !== 1 && axis !== (value.flat ? -1 : -3))
    unsupported(node.layer, `flattens from axis ${axis}; it must be 1`);
  node.setValue(node.builder.flatten(node.layer, value));
}

/** Reshape to one vector, or of a vector back to channels x 1 x 1. */
export function reshape(node: NodeContext): void {
  const { layer } = node;
  const value = node.value(0);
  const wanted = [...(node.attributes.ints('shape') ?? node.constant(1).values)];
  const now = shapeOf(value);
  const all = now.reduce((product, dim) => product * dim, 1);
  const dims = wanted.map((dim, i) => (dim === 0 && node.attributes.int('allowzero', 0) === 0 ? (now[i] ?? 0) : dim));
  // the batch is one picture; -1 stands for what is left
  const fixed = dims.filter((dim) => dim !== -1).reduce((product, dim) => product * dim, 1);
  if (dims.filter((dim) => dim === -1).length > 1) inconsistent(layer, 'more than one -1 in its shape');
  const full = dims.map((dim) => (dim === -1 ? all / fixed : dim));
  if (full.reduce((product, dim) => product * dim, 1) !== all) {
    unsupported(layer, `reshapes ${now.join('x')} to ${wanted.slice(0, 8).join('x')}`);
  }
  node.setValue(become(node, value, full));
}

function become(node: NodeContext, value: Value, dims: readonly number[]): Value {
  const { layer } = node;
  const same = dims.join() === shapeOf(value).join();
  if (same) return value;
  if (dims[0] === 1 && dims.length === 2) return node.builder.flatten(layer, value);
  const { channels } = value.shape;
  if (dims.join() === `1,${channels},1,1`) return node.builder.unflatten(layer, value);
  return unsupported(
    layer,
    `reshapes to ${dims.slice(0, 8).join('x')}; only one vector per picture runs on the accelerator`,
  );
}

/** Height and width of one position go, together or one after the other. */
export function squeeze(node: NodeContext): void {
  const { builder, layer } = node;
  const value = node.value(0);
  const axes = axesOf(node, value.squeezed ? 3 : 4)?.join();
  const wanted = value.squeezed ? ['2'] : ['2,3', '2', '3'];
  if (axes !== undefined && !wanted.includes(axes)) {
    unsupported(layer, `removes axes ${shown(axes)}; only height and width (2,3) of one position may go`);
  }
  const once = builder.squeeze(layer, value);
  node.setValue(axes === undefined || axes === '2,3' ? builder.flatten(layer, once) : once);
}

export function unsqueeze(node: NodeContext): void {
  const value = node.value(0);
  const axes = axesOf(node, 4);
  if (!value.flat || axes?.join() !== '2,3') unsupported(node.layer, 'adds axes other than height and width (2,3)');
  node.setValue(node.builder.unflatten(node.layer, value));
}

function axesOf(node: NodeContext, rank: number): number[] | undefined {
  const axes = node.attributes.ints('axes') ?? node.optionalConstant(1)?.values;
  return axes && [...axes].map((axis) => (axis < 0 ? axis + rank : axis)).sort();
}

export function softmax(node: NodeContext): void {
  const value = node.value(0);
  const rank = value.flat ? 2 : 4;
  const axis = node.attributes.int('axis', node.opset < 13 ? 1 : -1);
  const channels = axis === 1 || axis === 1 - rank;
  if (!channels) unsupported(node.layer, `softmax along axis ${axis}; it must be the classes (1)`);
  node.setValue(node.builder.softmax(node.layer, value));
}

/** Layers that do nothing when the network runs. */
export function identity(node: NodeContext): void {
  node.set(node.operand(0));
}

/** As the file sees it, with a batch of one. */
export function shapeOf(value: Value): number[] {
  const { channels, height, width } = value.shape;
  if (value.flat) return [1, channels * height * width];
  return value.squeezed ? [1, channels, 1] : [1, channels, height, width];
}
