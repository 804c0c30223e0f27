import { unsupported } from '../import-errors.js';
import { type ConcatNode, type Graph, layerName, type Node, type Shape } from './nodes.js';
import { Uses } from './uses.js';

/** Where a value lives: channels `offset` .. of a tensor. */
interface Place {
  readonly tensor: number;
  readonly offset: number;
}

interface Tensor {
  readonly name: string;
  readonly shape: Shape;
}

export interface Layout {
  readonly tensors: readonly Tensor[];
  readonly places: ReadonlyMap<number, Place>;
}

/**
 * Gives every value its slice of a tensor: the parts of a concatenation are written next to each other, once, so that
 * joining costs nothing. Nested concatenations and those that are a stretch of a larger one share its tensor.
 * `skip` are concatenations that need no tensor; `inputName` names tensor 0.
 */
export function placeValues(
  graph: Graph,
  skip: ReadonlySet<Node>,
  unplaced: ReadonlySet<number>,
  inputName: string,
): Layout {
  const uses = new Uses(graph);
  const tensors: Tensor[] = [{ name: inputName, shape: graph.shapes[graph.input] as Shape }];
  const places = new Map<number, Place>([[graph.input, { tensor: 0, offset: 0 }]]);
  const concats = graph.nodes.filter((node): node is ConcatNode => node.kind === 'concat' && !skip.has(node));
  const joins = concats.map((node) => ({ node, leaves: leavesOf(uses, node) }));
  // the widest first: a narrower one may turn out to be a stretch of it
  joins.sort((a, b) => b.leaves.length - a.leaves.length);
  for (const { node, leaves } of joins) placeJoin(graph, node, leaves, tensors, places);
  for (const node of graph.nodes) {
    if (node.kind === 'concat' || node.kind === 'gap' || places.has(node.output) || unplaced.has(node.output)) continue;
    tensors.push({ name: node.name, shape: graph.shapes[node.output] as Shape });
    places.set(node.output, { tensor: tensors.length - 1, offset: 0 });
  }
  refuseSelfReaders(graph, places);
  return { tensors, places };
}

function leavesOf(uses: Uses, concat: ConcatNode): number[] {
  const leaves: number[] = [];
  for (const input of concat.inputs) {
    const producer = uses.producer(input);
    if (producer?.kind === 'concat') leaves.push(...leavesOf(uses, producer));
    else leaves.push(input);
    if (leaves.length > 4096) unsupported(layerName(concat.name, 'Concat'), 'joins more than 4096 parts');
  }
  return leaves;
}

function placeJoin(
  graph: Graph,
  node: ConcatNode,
  leaves: number[],
  tensors: Tensor[],
  places: Map<number, Place>,
): void {
  const layer = layerName(node.name, 'Concat');
  if (leaves.includes(graph.input)) unsupported(layer, 'joins the network input with other layers');
  if (new Set(leaves).size !== leaves.length) unsupported(layer, 'joins the same layer twice');
  const first = places.get(leaves[0] as number);
  if (leaves.some((leaf) => places.has(leaf))) {
    let next = first?.offset ?? 0;
    for (const leaf of leaves) {
      const place = places.get(leaf);
      if (first === undefined || place?.tensor !== first.tensor || place.offset !== next) {
        unsupported(layer, 'joins layers that another concatenation places elsewhere; the accelerator copies nothing');
      }
      next += (graph.shapes[leaf] as Shape).channels;
    }
    places.set(node.output, first as Place);
    return;
  }
  tensors.push({ name: node.name, shape: graph.shapes[node.output] as Shape });
  const tensor = tensors.length - 1;
  let offset = 0;
  for (const leaf of leaves) {
    places.set(leaf, { tensor, offset });
    offset += (graph.shapes[leaf] as Shape).channels;
  }
  places.set(node.output, { tensor, offset: 0 });
}

function refuseSelfReaders(graph: Graph, places: ReadonlyMap<number, Place>): void {
  for (const node of graph.nodes) {
    if (node.kind === 'concat') continue;
    const target = places.get(node.output);
    if (target !== undefined && places.get(node.inputs[0] as number)?.tensor === target.tensor) {
      unsupported(
        layerName(node.name),
        'its result is joined with its own input; the accelerator cannot write the tensor it reads',
      );
    }
  }
}
