import { unsupported } from '../import-errors.js';
import type { NodeContext } from './context.js';
import { list } from './programs.js';
import { shapeOf } from './shaping.js';

export function constantNode(node: NodeContext): void {
  const { attributes, layer } = node;
  const tensor = node.tensorAttribute('value');
  if (tensor !== undefined) node.set({ constant: tensor });
  else if (attributes.has('value_float')) node.set({ constant: list([attributes.float('value_float', 0)], false, []) });
  else if (attributes.has('value_int')) node.set({ constant: list([attributes.int('value_int', 0)], true, []) });
  else {
    const ints = attributes.ints('value_ints');
    const values = attributes.has('value_ints') ? ints : attributes.floats('value_floats');
    if (values === undefined || values.length === 0)
      unsupported(layer, 'a constant that is neither numbers nor a tensor');
    node.set({ constant: list(values, attributes.has('value_ints')) });
  }
}

/** The shape of a layer's result. */
export function shape(node: NodeContext): void {
  const dims = shapeOf(node.value(0));
  const part = dims.slice(
    node.attributes.int('start', 0),
    node.attributes.has('end') ? node.attributes.int('end', 0) : undefined,
  );
  node.set({ constant: list(part, true) });
}

/** Whether a node computes on constants only, so that it is computed here. */
export function isConstant(node: NodeContext): boolean {
  return (
    node.inputCount > 0 &&
    node.node.input.every((_, index) => {
      const operand = node.optional(index);
      return operand === undefined || 'constant' in operand;
    })
  );
}
