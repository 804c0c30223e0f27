import { badWeights, unsupported } from '../errors.js';
import type { NodeContext } from './context.js';
import { shapeOf } from './shaping.js';
import { type Constant, readTensor } from './tensors.js';

// Exporters write shapes as small programs (Shape, Gather, Concat, ...). With one picture per batch every size is known,
// so they are computed here.

export function constantNode(node: NodeContext): void {
  const { attributes, layer } = node;
  const tensor = attributes.tensor('value');
  if (tensor !== undefined) node.set({ constant: readTensor(tensor, node.name) });
  else if (attributes.has('value_float'))
    node.set({ constant: numbers([attributes.float('value_float', 0)], [], false) });
  else if (attributes.has('value_int')) node.set({ constant: numbers([attributes.int('value_int', 0)], [], true) });
  else {
    const ints = attributes.ints('value_ints');
    const list = attributes.has('value_ints') ? ints : attributes.floats('value_floats');
    if (list === undefined || list.length === 0) unsupported(layer, 'a constant that is neither numbers nor a tensor');
    node.set({ constant: numbers(list, [list.length], attributes.has('value_ints')) });
  }
}

export function shape(node: NodeContext): void {
  const dims = shapeOf(node.value(0));
  const part = dims.slice(
    node.attributes.int('start', 0),
    node.attributes.has('end') ? node.attributes.int('end', 0) : undefined,
  );
  node.set({ constant: numbers(part, [part.length], true) });
}

/** Whether a node computes on constants only, so that `fold` takes it. */
export function isConstant(node: NodeContext): boolean {
  return (
    node.inputCount > 0 &&
    node.node.input.every((_, index) => {
      const operand = node.optional(index);
      return operand === undefined || 'constant' in operand;
    })
  );
}

/** Evaluates the few operators that shape programs are made of; anything else is refused by name. */
export function fold(node: NodeContext): Constant {
  const inputs = node.node.input.map((_, index) => node.constant(index));
  const [first, second] = inputs as [Constant, Constant | undefined];
  switch (node.node.op_type) {
    case 'Identity':
    case 'Cast':
      return first;
    case 'Unsqueeze':
      return numbers(oneAxis(node, first), [first.values.length], first.whole);
    case 'Squeeze':
      return numbers(oneAxis(node, first), first.values.length === 1 ? [] : first.dims, first.whole);
    case 'Concat': {
      const joined = inputs.flatMap((input) => oneAxis(node, input));
      return numbers(joined, [joined.length], first.whole);
    }
    case 'Gather': {
      const source = oneAxis(node, first);
      const indices = second === undefined ? [] : oneAxis(node, second);
      const picked = indices.map((index) => source[index < 0 ? index + source.length : index] ?? outside(node, index));
      return numbers(picked, second?.dims ?? [], first.whole);
    }
    case 'Slice':
      return slice(node, inputs);
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return calculate(node, first, second);
    default:
      return unsupported(node.layer, 'computes on constants in a way that the importer does not know');
  }
}

function slice(node: NodeContext, inputs: readonly Constant[]): Constant {
  const source = oneAxis(node, inputs[0] as Constant);
  const from = node.attributes.ints('starts')?.[0] ?? inputs[1]?.values[0] ?? 0;
  const to = node.attributes.ints('ends')?.[0] ?? inputs[2]?.values[0] ?? source.length;
  if ((inputs[4]?.values[0] ?? 1) !== 1) unsupported(node.layer, 'a step other than 1');
  const part = source.slice(from, to);
  return numbers(part, [part.length], (inputs[0] as Constant).whole);
}

function calculate(node: NodeContext, first: Constant, second: Constant | undefined): Constant {
  if (second === undefined) return outside(node, 1);
  const [a, b] = [oneAxis(node, first), oneAxis(node, second)];
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
  return numbers(result, a.length >= b.length ? first.dims : second.dims, whole);
}

/** The values of a constant that is small and has one axis at most. */
function oneAxis(node: NodeContext, constant: Constant): number[] {
  if (constant.values.length > 4096)
    unsupported(node.layer, 'computes with large constants; fold them before exporting');
  return [...constant.values];
}

function outside(node: NodeContext, index: number): never {
  return badWeights(node.layer, `there is no element ${index}`);
}

function numbers(values: readonly number[], dims: readonly number[], whole: boolean): Constant {
  return { dims, values: whole ? Float64Array.from(values) : Float32Array.from(values), whole };
}
