import type { Value } from '../graph/builder.js';
import { badWeights, unsupported } from '../import-errors.js';
import type { NodeContext } from './context.js';
import { floats } from './layers.js';
import type { Constant } from './tensors.js';

export function concat(node: NodeContext): void {
  const values = node.node.input.map((_, index) => node.value(index));
  const rank = values[0]?.flat ? 2 : 4;
  const axis = node.attributes.int('axis', 1);
  if (axis !== 1 && axis !== 1 - rank) unsupported(node.layer, `joins along axis ${axis}; it must be channels (1)`);
  node.setValue(node.builder.concat(node.layer, node.name, values));
}

/** Add, Sub, Mul and Div with a constant: one factor and one offset per channel. */
export function arithmetic(node: NodeContext): void {
  const { layer } = node;
  const [a, b] = [node.operand(0), node.operand(1)];
  if ('value' in a && 'value' in b) {
    unsupported(layer, 'combines two layers; only constants are added or multiplied (no residual connections)');
  }
  if ('constant' in a && 'constant' in b) unsupported(layer, 'computes with constants only');
  const value = 'value' in a ? a.value : node.value(1);
  const constant = 'constant' in a ? a.constant : node.constant(1);
  const factors = perChannel(node, constant, value);
  const constantFirst = 'constant' in a;
  const scale = new Float64Array(factors.length).fill(1);
  const shift = new Float64Array(factors.length);
  for (let c = 0; c < factors.length; c++) {
    const factor = factors[c] as number;
    switch (node.node.op_type) {
      case 'Add':
        shift[c] = factor;
        break;
      case 'Sub':
        scale[c] = constantFirst ? -1 : 1;
        shift[c] = constantFirst ? factor : -factor;
        break;
      case 'Mul':
        scale[c] = factor;
        break;
      default:
        if (constantFirst) unsupported(layer, "divides by a layer's result");
        scale[c] = 1 / factor;
    }
  }
  node.setValue(node.builder.affine(layer, node.name, value, scale, shift));
}

/** A constant that broadcasts to one value per channel. */
function perChannel(node: NodeContext, constant: Constant, value: Value): Float64Array {
  const { channels } = value.shape;
  const { dims, values } = constant;
  if (values.length === 1) return new Float64Array(channels).fill(values[0] as number);
  // counted from the last axis: [C] for vectors, [C,1,1] and [1,C,1,1] for pictures
  const fromEnd = [...dims].reverse();
  const axis = value.flat ? 0 : 2;
  const fits = fromEnd.every((dim, i) => (i === axis ? dim === channels : dim === 1)) && fromEnd.length > axis;
  if (!fits) unsupported(node.layer, `a constant of shape ${dims.join('x')}; it must be one value, or one per channel`);
  return Float64Array.from(values);
}

/** alpha A B + beta C with constant B and C: a fully connected layer. */
export function gemm(node: NodeContext): void {
  const { attributes, layer } = node;
  if (attributes.int('transA', 0) !== 0) unsupported(layer, 'transA');
  const transposed = attributes.int('transB', 0) !== 0;
  const alpha = attributes.float('alpha', 1);
  const beta = attributes.float('beta', 1);
  const weights = node.constant(1);
  const bias = node.optionalConstant(2);
  const outputs = weights.dims[transposed ? 0 : 1] ?? 0;
  fullyConnected(node, weights, transposed, outputs, () => ({
    weights: times(alpha, matrix(weights, transposed)),
    bias: bias && times(beta, broadcast(layer, bias, outputs)),
  }));
}

/** A B with constant B; an Add behind it becomes the bias. */
export function matMul(node: NodeContext): void {
  const weights = node.constant(1);
  fullyConnected(node, weights, false, weights.dims[1] ?? 0, () => ({ weights: matrix(weights, false) }));
}

function fullyConnected(
  node: NodeContext,
  weights: Constant,
  transposed: boolean,
  outputs: number,
  load: () => { weights: Float32Array; bias?: Float32Array | undefined },
): void {
  const { layer } = node;
  const input = node.value(0);
  if (weights.dims.length !== 2) unsupported(layer, `a matrix of ${weights.dims.length} dimensions`);
  if (!input.flat) unsupported(layer, 'a matrix product over pictures; flatten them first');
  const { channels, height, width } = input.shape;
  const inputs = weights.dims[transposed ? 1 : 0];
  if (inputs !== channels * height * width) {
    badWeights(layer, `a matrix for ${inputs} inputs, but it gets ${channels * height * width}`);
  }
  node.setValue(node.builder.dense(layer, node.name, input, outputs, load));
}

/** [output][input]; the file has [input][output] unless transposed. */
function matrix(constant: Constant, transposed: boolean): Float32Array {
  const source = floats(constant);
  if (transposed) return source;
  const [inputs = 0, outputs = 0] = constant.dims;
  const target = new Float32Array(source.length);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) target[o * inputs + i] = source[i * outputs + o] as number;
  }
  return target;
}

function times(factor: number, values: Float32Array): Float32Array {
  return factor === 1 ? values : values.map((value) => value * factor);
}

function broadcast(layer: string, constant: Constant, outputs: number): Float32Array {
  if (constant.values.length === 1) return new Float32Array(outputs).fill(constant.values[0] as number);
  if (constant.values.length !== outputs) badWeights(layer, `${constant.values.length} biases for ${outputs} outputs`);
  return floats(constant);
}
