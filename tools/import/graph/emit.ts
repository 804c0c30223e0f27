import type { ModelHeader } from '../../../daemon/model/header.js';
import type { FloatConv } from '../../../daemon/native/addon.js';
import { unreachable } from '../../../daemon/util/unreachable.js';
import { unsupported } from '../import-errors.js';
import { limits } from '../limits.js';
import { foldAffine } from './affine.js';
import { findHead, type Head, type LogitPart } from './head.js';
import {
  type ConcatNode,
  type ConvNode,
  type GapNode,
  type Graph,
  layerName,
  type Node,
  type Normalisation,
  type Shape,
} from './nodes.js';
import { joinRelu } from './relu.js';
import { prune } from './uses.js';
import { type Layout, placeValues } from './views.js';

/** What the graph contributes to a `.zqn` file; the caller adds name, labels, preprocessing and provenance. */
export interface Emitted {
  readonly tensors: ModelHeader['tensors'];
  readonly ops: ModelHeader['ops'];
  readonly convs: FloatConv[];
  readonly classes: number;
}

/**
 * Turns a network into the accelerator's own operators: factors folded, ReLU joined, concatenations resolved to views,
 * the answer written by wide convolutions. Changes `graph` and `normalisation`. Throws IMPORT_UNSUPPORTED with the
 * layer's name for what does not fit.
 */
export function emit(graph: Graph, normalisation: Normalisation, inputName: string): Emitted {
  prune(graph);
  foldAffine(graph, normalisation);
  joinRelu(graph);
  const head = findHead(graph);
  const wide = new Map(head.parts.filter((part) => part.wide).map((part) => [part.node, part]));
  const unplaced = new Set(head.parts.filter((part) => part.wide).map((part) => part.value));
  const layout = placeValues(graph, head.joined, unplaced, inputName);
  const names = new Names();
  const tensors = layout.tensors.map(({ name, shape }) => ({ name: names.unique(name), ...shape }));
  const convs: FloatConv[] = [];
  const ops: ModelHeader['ops'] = [];
  const opNames = new Names();
  for (const node of graph.nodes) {
    if (node.kind === 'concat' || node.kind === 'gap') continue;
    ops.push(emitOp(graph, layout, node, wide.get(node), convs, opNames));
  }
  ops.push(...pooledParts(graph, layout, head, opNames));
  if (ops.length > limits.ops) unsupported('the network', `${ops.length} layers; the accelerator runs ${limits.ops}`);
  if (head.classes > limits.classes) unsupported('the network', `${head.classes} outputs; at most ${limits.classes}`);
  return { tensors, ops, convs, classes: head.classes };
}

function emitOp(
  graph: Graph,
  layout: Layout,
  node: Exclude<Node, ConcatNode | GapNode>,
  part: LogitPart | undefined,
  convs: FloatConv[],
  names: Names,
): ModelHeader['ops'][number] {
  const { channels } = graph.shapes[node.output] as Shape;
  const name = names.unique(node.name);
  const input = viewOf(graph, layout, node.inputs[0] as number);
  switch (node.kind) {
    case 'conv': {
      convs.push({ weights: node.weights, bias: node.bias });
      const logits = part && { logits: true as const, offset: part.offset, channels };
      const output = logits ?? viewOf(graph, layout, node.output);
      return { op: 'conv', name, input, output, ...geometry(node), weights: convs.length - 1 };
    }
    case 'maxpool': {
      if (input.tensor === 0)
        unsupported(layerName(node.name), 'max-pooling the picture itself; only convolutions read it');
      const output = viewOf(graph, layout, node.output);
      return { op: 'maxpool', name, input, output, kernel: [3, 3], stride: 2, pad: [...node.pads], ceil: node.ceil };
    }
    case 'affine':
    case 'relu':
      throw new TypeError(`layer '${node.name}' (${node.kind}) was not folded`);
    default:
      return unreachable(node);
  }
}

function geometry(node: ConvNode) {
  const { kernel, stride, pads, relu } = node;
  return {
    kernel: [kernel[0], kernel[1]] as [number, number],
    stride,
    pad: [...pads] as [number, number, number, number],
    relu,
  };
}

function viewOf(graph: Graph, layout: Layout, value: number) {
  const place = layout.places.get(value);
  if (place === undefined) throw new RangeError(`value ${value} has no place`);
  return { tensor: place.tensor, offset: place.offset, channels: (graph.shapes[value] as Shape).channels };
}

/** What no convolution writes by itself is averaged from its tensor. */
function pooledParts(graph: Graph, layout: Layout, head: Head, names: Names): ModelHeader['ops'] {
  return head.parts
    .filter((part) => !part.wide)
    .map((part) => ({
      op: 'gap',
      name: names.unique(`${part.node.name}/pool`),
      input: viewOf(graph, layout, part.value),
      output: { logits: true, offset: part.offset, channels: part.channels },
    }));
}

/** Names as the format takes them: not empty, at most 128 bytes, each once. */
class Names {
  readonly #taken = new Set<string>();

  unique(wanted: string): string {
    const base = cut(wanted === '' ? 'layer' : wanted, limits.nameBytes - 6);
    let name = base;
    for (let copy = 2; this.#taken.has(name); copy++) name = `${base}#${copy}`;
    this.#taken.add(name);
    return name;
  }
}

/** Printable text of at most `bytes` bytes in UTF-8. */
function cut(text: string, bytes: number): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, '_');
  return printable.slice(0, bytes);
}
