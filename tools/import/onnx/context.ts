import type { GraphBuilder, Value } from '../graph/builder.js';
import { layerName } from '../graph/nodes.js';
import { inconsistent, shown, unsupported } from '../import-errors.js';
import { Attributes } from './attributes.js';
import type { NodeProto, TensorProto } from './proto.js';
import { type Constant, readTensor } from './tensors.js';

export type Operand = { readonly value: Value } | { readonly constant: Constant };

/** What the nodes have computed so far, by name; initializers are read when somebody needs them. */
export class Scope {
  readonly #operands = new Map<string, Operand>();
  readonly #initializers = new Map<string, TensorProto>();

  constructor(initializers: readonly TensorProto[]) {
    for (const tensor of initializers) {
      if (this.#initializers.has(tensor.name)) inconsistent(`initializer '${shown(tensor.name)}'`, 'comes twice');
      this.#initializers.set(tensor.name, tensor);
    }
  }

  isInitializer(name: string): boolean {
    return this.#initializers.has(name);
  }

  get(name: string): Operand | undefined {
    const known = this.#operands.get(name);
    if (known !== undefined) return known;
    const tensor = this.#initializers.get(name);
    if (tensor === undefined) return undefined;
    const operand = { constant: readTensor(tensor, name) };
    this.#operands.set(name, operand);
    return operand;
  }

  set(layer: string, name: string, operand: Operand): void {
    if (this.#operands.has(name) || this.#initializers.has(name))
      inconsistent(layer, `writes '${shown(name)}' a second time`);
    this.#operands.set(name, operand);
  }
}

/** One node on its way into the graph. */
export class NodeContext {
  readonly layer: string;
  /** the layer's name in the result */
  readonly name: string;
  readonly attributes: Attributes;
  readonly node: NodeProto;
  readonly builder: GraphBuilder;
  readonly opset: number;
  readonly #scope: Scope;

  constructor(node: NodeProto, scope: Scope, builder: GraphBuilder, opset: number) {
    const full = node.name === '' ? (node.output[0] ?? '') : node.name;
    this.layer = layerName(shown(full), shown(node.op_type));
    this.name = shorter(full, node.op_type);
    this.node = node;
    this.builder = builder;
    this.opset = opset;
    this.attributes = new Attributes(node, this.layer);
    this.#scope = scope;
  }

  get inputCount(): number {
    return this.node.input.length;
  }

  /** An input that may be left out. */
  optional(index: number): Operand | undefined {
    const name = this.node.input[index] ?? '';
    if (name === '') return undefined;
    return this.#scope.get(name) ?? inconsistent(this.layer, `reads '${shown(name)}', which nothing before it writes`);
  }

  operand(index: number): Operand {
    return this.optional(index) ?? inconsistent(this.layer, `input ${index} is missing`);
  }

  value(index: number): Value {
    const operand = this.operand(index);
    return 'value' in operand
      ? operand.value
      : unsupported(this.layer, `input ${index} is a constant, not a layer's result`);
  }

  constant(index: number): Constant {
    return this.optionalConstant(index) ?? inconsistent(this.layer, `input ${index} is missing`);
  }

  optionalConstant(index: number): Constant | undefined {
    const operand = this.optional(index);
    if (operand === undefined || 'constant' in operand) return operand?.constant;
    return unsupported(this.layer, `input ${index} is computed from the picture; it must be a constant`);
  }

  /** A tensor that the node itself holds. */
  tensorAttribute(name: string): Constant | undefined {
    const tensor = this.attributes.tensor(name);
    return tensor && readTensor(tensor, this.name);
  }

  set(operand: Operand): void {
    const [output] = this.node.output;
    if (output === undefined || output === '') inconsistent(this.layer, 'has no output');
    this.#scope.set(this.layer, output, operand);
  }

  setValue(value: Value): void {
    this.set({ value });
  }
}

/** "/features/conv1/Conv" as "features/conv1": PyTorch's exporter names nodes by module path and operator. */
function shorter(name: string, operator: string): string {
  const path = name.startsWith('/') ? name.slice(1) : name;
  const suffix = `/${operator}`;
  return path.endsWith(suffix) && path.length > suffix.length ? path.slice(0, -suffix.length) : path;
}
