import { inconsistent, shown } from '../import-errors.js';
import { integer } from '../protobuf.js';
import type { AttributeProto, NodeProto, TensorProto } from './proto.js';

/** A node's attributes by name, with defaults as the operator's specification gives them. */
export class Attributes {
  readonly #byName = new Map<string, AttributeProto>();
  readonly #layer: string;

  constructor(node: NodeProto, layer: string) {
    this.#layer = layer;
    for (const attribute of node.attribute) {
      if (this.#byName.has(attribute.name)) inconsistent(layer, `attribute '${shown(attribute.name)}' comes twice`);
      this.#byName.set(attribute.name, attribute);
    }
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  int(name: string, fallback: number): number {
    const attribute = this.#byName.get(name);
    return attribute === undefined ? fallback : this.#whole(name, integer(attribute.i));
  }

  float(name: string, fallback: number): number {
    return this.#byName.get(name)?.f ?? fallback;
  }

  text(name: string, fallback: string): string {
    const attribute = this.#byName.get(name);
    return attribute === undefined ? fallback : Buffer.from(attribute.s).toString('latin1');
  }

  ints(name: string): number[] | undefined {
    return this.#byName.get(name)?.ints.map((value) => this.#whole(name, integer(value)));
  }

  floats(name: string): readonly number[] | undefined {
    return this.#byName.get(name)?.floats;
  }

  tensor(name: string): TensorProto | undefined {
    return this.#byName.get(name)?.t ?? undefined;
  }

  #whole(name: string, value: number): number {
    if (!Number.isSafeInteger(value)) inconsistent(this.#layer, `attribute '${shown(name)}' is out of range`);
    return value;
  }
}
