import { badWeights, unsupported } from '../import-errors.js';
import type { NodeContext } from './context.js';
import type { Constant } from './tensors.js';

// Exporters write shapes, and PyTorch its paddings, as small programs (Shape, Gather, Concat, ConstantOfShape, ...). With one
// picture per batch every size is known, so they are computed here.

/** A program's numbers are few; weights pass through by name only (Identity, Cast, Transpose, Reshape). */
const maxNumbers = 4096;

/** `more`: the inputs behind the first; one that is left out is undefined. */
type Rule = (node: NodeContext, first: Constant, more: readonly (Constant | undefined)[]) => Constant;

const rules: Readonly<Record<string, Rule>> = {
  Identity: (_, first) => first,
  Cast: cast,
  Shape: (_, first) => list(first.dims, true),
  Unsqueeze: (node, first) => list(small(node, first), first.whole),
  Squeeze: squeeze,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Reshape: reshape,
  Transpose: transpose,
  ConstantOfShape: constantOfShape,
  Add: calculate,
  Sub: calculate,
  Mul: calculate,
  Div: calculate,
};

/** Evaluates a node that computes on constants alone; operators that such programs are not made of are refused by name. */
export function evaluate(node: NodeContext): Constant {
  const operator = node.node.op_type;
  const rule = Object.hasOwn(rules, operator) ? rules[operator] : undefined;
  if (rule === undefined) unsupported(node.layer, 'computes on constants in a way that the importer does not know');
  const more = node.node.input.slice(1).map((_, index) => node.optionalConstant(index + 1));
  return rule(node, node.constant(0), more);
}

export function list(values: readonly number[], whole: boolean, dims: readonly number[] = [values.length]): Constant {
  return { dims, values: whole ? Float64Array.from(values) : Float32Array.from(values), whole };
}

function small(node: NodeContext, { values }: Constant): number[] {
  if (values.length > maxNumbers) unsupported(node.layer, 'computes with large constants; fold them before exporting');
  return [...values];
}

// TensorProto.DataType: int32, int64
const wholeTypes = [6, 7];

function cast(node: NodeContext, constant: Constant): Constant {
  const whole = wholeTypes.includes(node.attributes.int('to', 1));
  if (whole === constant.whole) return constant;
  return list(whole ? small(node, constant).map(Math.trunc) : small(node, constant), whole, constant.dims);
}

function squeeze(node: NodeContext, first: Constant): Constant {
  const { values, whole, dims } = first;
  return list(small(node, first), whole, values.length === 1 ? [] : dims.filter((dim) => dim !== 1));
}

/** Along the first axis. */
function concat(node: NodeContext, first: Constant, more: readonly (Constant | undefined)[]): Constant {
  const inputs = [first, ...more.flatMap((input) => input ?? [])];
  if (node.attributes.int('axis', 0) !== 0 || inputs.some(({ dims }) => dims.length !== 1))
    unsupported(node.layer, 'joins constants that are not plain lists');
  const values = inputs.flatMap((input) => small(node, input));
  return list(values, first.whole);
}

/** Elements of a list. */
function gather(node: NodeContext, source: Constant, [indices]: readonly (Constant | undefined)[]): Constant {
  const { dims, whole } = source;
  if (dims.length !== 1 || node.attributes.int('axis', 0) !== 0)
    unsupported(node.layer, 'picks from a constant that is not a plain list');
  const values = small(node, source);
  const wanted = indices === undefined ? [] : small(node, indices);
  const picked = wanted.map((index) => values[index < 0 ? index + values.length : index] ?? outside(node, index));
  return list(picked, whole, indices?.dims ?? []);
}

/** Rows of the first axis, also backwards. */
function slice(node: NodeContext, source: Constant, more: readonly (Constant | undefined)[]): Constant {
  const one = (name: string, input: number): number | undefined => {
    const given = node.attributes.ints(name) ?? more[input]?.values;
    if (given !== undefined && given.length > 1) unsupported(node.layer, 'slices constants along several axes');
    return given?.[0];
  };
  if ((one('axes', 2) ?? 0) !== 0) unsupported(node.layer, 'slices a constant along an axis other than the first');
  const [rows = 0, ...rest] = source.dims;
  const width = rest.reduce((product, dim) => product * dim, 1);
  const step = one('steps', 3) ?? 1;
  if (step === 0) badWeights(node.layer, 'a step of 0');
  const inside = (index: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, index < 0 ? index + rows : index));
  const from = one('starts', 0) ?? 0;
  const to = one('ends', 1) ?? rows;
  const first = step > 0 ? inside(from, 0, rows) : inside(from, -1, rows - 1);
  const last = step > 0 ? inside(to, 0, rows) : inside(to, -1, rows - 1);
  const values = small(node, source);
  const picked: number[] = [];
  let count = 0;
  for (let row = first; step > 0 ? row < last : row > last; row += step) {
    picked.push(...values.slice(row * width, (row + 1) * width));
    count += 1;
  }
  return list(picked, source.whole, [count, ...rest]);
}

function reshape(node: NodeContext, source: Constant, [shape]: readonly (Constant | undefined)[]): Constant {
  const { values, dims, whole } = source;
  const wanted = node.attributes.ints('shape') ?? (shape === undefined ? [] : small(node, shape));
  const given = wanted.map((dim, i) => (dim === 0 ? (dims[i] ?? 0) : dim));
  const fixed = given.filter((dim) => dim !== -1).reduce((product, dim) => product * dim, 1);
  const full = given.map((dim) => (dim === -1 ? values.length / fixed : dim));
  const count = full.reduce((product, dim) => product * dim, 1);
  if (count !== values.length || !full.every((dim) => Number.isInteger(dim) && dim >= 0) || full.length > 8)
    badWeights(node.layer, `${values.length} values do not fill ${wanted.slice(0, 8).join('x')}`);
  return { dims: full, values, whole };
}

/** Of a matrix: weights of a fully connected layer, or PyTorch's pairs of paddings. */
function transpose(node: NodeContext, { values, dims, whole }: Constant): Constant {
  const order = node.attributes.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  const [rows, columns] = dims;
  if (dims.length !== 2 || order.join() !== '1,0' || rows === undefined || columns === undefined)
    unsupported(node.layer, 'transposes a constant that is not a matrix');
  const turned = whole ? new Float64Array(values.length) : new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = values[row * columns + column] as number;
  return { dims: [columns, rows], values: turned, whole };
}

function constantOfShape(node: NodeContext, shape: Constant): Constant {
  const dims = small(node, shape);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (!(count >= 0 && count <= maxNumbers) || dims.length > 8 || dims.some((dim) => dim < 0))
    unsupported(node.layer, `a constant of ${dims.slice(0, 8).join('x')} values`);
  const value = node.tensorAttribute('value');
  return list(new Array<number>(count).fill(value?.values[0] ?? 0), value?.whole ?? false, dims);
}

function calculate(node: NodeContext, first: Constant, [second]: readonly (Constant | undefined)[]): Constant {
  if (second === undefined) return outside(node, 1);
  const [a, b] = [small(node, first), small(node, second)];
  if (a.length !== b.length && a.length !== 1 && b.length !== 1)
    unsupported(node.layer, 'constants of different lengths');
  const whole = first.whole && second.whole;
  const operations: Readonly<Record<string, (x: number, y: number) => number>> = {
    Add: (x, y) => x + y,
    Sub: (x, y) => x - y,
    Mul: (x, y) => x * y,
    Div: (x, y) => (whole ? Math.trunc(x / y) : x / y),
  };
  const operation = operations[node.node.op_type] as (x: number, y: number) => number;
  const length = Math.max(a.length, b.length);
  const result = Array.from({ length }, (_, i) =>
    operation(a[a.length === 1 ? 0 : i] as number, b[b.length === 1 ? 0 : i] as number),
  );
  return list(result, whole, a.length >= b.length ? first.dims : second.dims);
}

function outside(node: NodeContext, index: number): never {
  return badWeights(node.layer, `there is no element ${index}`);
}
