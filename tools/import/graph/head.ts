import { unsupported } from '../import-errors.js';
import { type ConvNode, type GapNode, type Graph, layerName, type Node, type Shape } from './nodes.js';
import { bypass, Uses } from './uses.js';

/** One part of the network's answer: a wide convolution writes its logits itself, anything else is pooled. */
export interface LogitPart {
  readonly node: Node;
  readonly value: number;
  /** first class of this part */
  readonly offset: number;
  readonly channels: number;
  readonly wide: boolean;
}

export interface Head {
  readonly parts: readonly LogitPart[];
  readonly classes: number;
  /** concatenations that only join the answer; they need no tensor */
  readonly joined: ReadonlySet<Node>;
}

/**
 * Moves dense layers from behind the global average pool to before it (a 1x1 convolution: both are linear, so the result
 * is the same) and finds what writes the logits.
 */
export function findHead(graph: Graph): Head {
  for (;;) {
    const uses = new Uses(graph);
    const gap = graph.nodes.find((node) => node.kind === 'gap' && uses.consumers(node.output).length > 0);
    if (gap === undefined || gap.kind !== 'gap') break;
    moveBefore(graph, uses, gap);
  }
  const uses = new Uses(graph);
  const last = uses.producer(graph.output);
  if (last === undefined) unsupported('the network', 'no layer lies between its input and its output');
  const pooled = last.kind === 'gap' ? (last.inputs[0] as number) : graph.output;
  const shape = graph.shapes[pooled] as Shape;
  if (last.kind !== 'gap' && shape.height * shape.width !== 1) {
    unsupported(
      layerName(last.name),
      `the network's result has ${shape.height}x${shape.width} positions; a global average pool is missing`,
    );
  }
  const joined = new Set<Node>();
  const parts = collect(graph, uses, pooled, last, joined);
  return { parts, classes: shape.channels, joined };
}

function moveBefore(graph: Graph, uses: Uses, gap: GapNode): void {
  const readers = uses.consumers(gap.output);
  const reader = readers[0] as Node;
  const layer = layerName(reader.name);
  if (readers.length !== 1 || gap.output === graph.output) {
    unsupported(layer, 'reads the global average pool together with other layers');
  }
  if (reader.kind === 'gap') {
    bypass(graph, reader, gap.output);
    return;
  }
  if (reader.kind !== 'conv') unsupported(layer, 'cannot run after the global average pool');
  if (reader.relu) unsupported(layer, 'a hidden layer with ReLU after the global average pool');
  if (reader.pads.some((pad) => pad !== 0)) unsupported(layer, 'padding after the global average pool');
  const { shapes } = graph;
  const spatial = shapes[gap.inputs[0] as number] as Shape;
  shapes.push({ ...spatial, channels: (shapes[reader.output] as Shape).channels });
  const moved: ConvNode = { ...reader, stride: 1, inputs: gap.inputs, output: shapes.length - 1 };
  graph.nodes.splice(graph.nodes.indexOf(reader), 1, { ...gap, inputs: [moved.output], output: reader.output });
  graph.nodes.splice(graph.nodes.indexOf(gap), 1, moved);
}

function collect(graph: Graph, uses: Uses, value: number, reader: Node, joined: Set<Node>, offset = 0): LogitPart[] {
  const node = uses.producer(value);
  if (node === undefined) return unsupported(layerName(reader.name), 'the answer contains the network input itself');
  // without a pool the answer is the last layer's own value, which nobody else reads
  const alone = value === graph.output ? uses.consumers(value).length === 0 : uses.only(value, reader);
  if (node.kind === 'concat' && alone) {
    joined.add(node);
    const parts: LogitPart[] = [];
    let start = offset;
    for (const input of node.inputs) {
      parts.push(...collect(graph, uses, input, node, joined, start));
      start += (graph.shapes[input] as Shape).channels;
    }
    return parts;
  }
  const { channels } = graph.shapes[value] as Shape;
  return [{ node, value, offset, channels, wide: node.kind === 'conv' && alone }];
}
