import { unreachable } from '../../../daemon/util/unreachable.js';
import { unsupported } from '../import-errors.js';
import { limits } from '../limits.js';
import { type Graph, layerName, type Node, type ReluNode, type Shape } from './nodes.js';
import { bypass, checkSize, Uses } from './uses.js';

/** Joins every ReLU with the convolution before it, through concatenations and max-pools; refuses by name what does not join. */
export function joinRelu(graph: Graph): void {
  for (let round = 0; ; round++) {
    if (round > 4 * limits.ops) unsupported('the network', 'too many ReLU layers');
    const node = graph.nodes.find((candidate) => candidate.kind === 'relu');
    if (node === undefined) return;
    joinOne(graph, new Uses(graph), node);
  }
}

function joinOne(graph: Graph, uses: Uses, node: ReluNode): void {
  const layer = layerName(node.name, 'ReLU');
  const source = node.inputs[0] as number;
  const producer = uses.producer(source);
  if (producer === undefined) unsupported(layer, 'ReLU on the network input');
  if (!nonNegative(uses, source)) {
    if (!uses.only(source, node)) {
      unsupported(
        layer,
        `layer '${producer.name}' is read both with and without ReLU; the accelerator keeps one of them`,
      );
    }
    switch (producer.kind) {
      case 'conv':
        producer.relu = true;
        break;
      case 'maxpool':
      case 'concat':
        moveBefore(graph, uses, producer, node);
        break;
      case 'gap':
        unsupported(layer, 'ReLU after the global average pool');
        break;
      case 'affine':
      case 'relu':
        throw new TypeError(`${layer}: '${producer.name}' (${producer.kind}) before it was not folded`);
      default:
        unreachable(producer);
    }
  }
  bypass(graph, node, source);
}

/** ReLU commutes with max-pooling and with joining: one ReLU for each input that needs it. */
function moveBefore(graph: Graph, uses: Uses, producer: Node, node: ReluNode): void {
  const parts: Node[] = [];
  producer.inputs = producer.inputs.map((input) => {
    if (nonNegative(uses, input)) return input;
    const output = graph.shapes.push(graph.shapes[input] as Shape) - 1;
    parts.push({ kind: 'relu', name: node.name, inputs: [input], output });
    return output;
  });
  graph.nodes.splice(graph.nodes.indexOf(producer), 0, ...parts);
  checkSize(graph, node.name);
}

/** Whether a value is never below zero already, so that another ReLU changes nothing. */
function nonNegative(uses: Uses, value: number): boolean {
  const producer = uses.producer(value);
  switch (producer?.kind) {
    case 'conv':
      return producer.relu;
    case 'relu':
      return true;
    case 'maxpool':
    case 'gap':
    case 'concat':
      return producer.inputs.every((input) => nonNegative(uses, input));
    case 'affine':
    case undefined:
      return false;
    default:
      return unreachable(producer);
  }
}
