import { unsupported } from '../import-errors.js';
import { limits } from '../limits.js';
import { type Graph, layerName, type Node } from './nodes.js';

/** Who writes and who reads each value; made again after every change, the graphs are small. */
export class Uses {
  readonly #producers = new Map<number, Node>();
  readonly #consumers = new Map<number, Node[]>();
  readonly #output: number;

  constructor(graph: Graph) {
    this.#output = graph.output;
    for (const node of graph.nodes) {
      this.#producers.set(node.output, node);
      for (const input of node.inputs) {
        const list = this.#consumers.get(input);
        if (list === undefined) this.#consumers.set(input, [node]);
        else if (!list.includes(node)) list.push(node);
      }
    }
  }

  producer(value: number): Node | undefined {
    return this.#producers.get(value);
  }

  consumers(value: number): readonly Node[] {
    return this.#consumers.get(value) ?? [];
  }

  /** True when `node` is the only reader of `value` and nobody outside sees it. */
  only(value: number, node: Node): boolean {
    const readers = this.consumers(value);
    return value !== this.#output && readers.length === 1 && readers[0] === node;
  }
}

/** Keeps the layers that the output depends on: training leftovers disappear. */
export function prune(graph: Graph): void {
  const needed = new Set([graph.output]);
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!needed.has(node.output)) continue;
    kept.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  graph.nodes = kept.reverse();
}

/** Removes `node`, whose readers then read `value` instead of its output. */
export function bypass(graph: Graph, node: Node, value: number): void {
  graph.nodes = graph.nodes.filter((other) => other !== node);
  for (const other of graph.nodes) {
    other.inputs = other.inputs.map((input) => (input === node.output ? value : input));
  }
  if (graph.output === node.output) graph.output = value;
}

/** Rewriting a layer in front of a concatenation makes copies; this keeps a hostile graph from making millions. */
export function checkSize(graph: Graph, name: string): void {
  if (graph.nodes.length > 4 * limits.ops) unsupported(layerName(name), 'the network has too many layers');
}
