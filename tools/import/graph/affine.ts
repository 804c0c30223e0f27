import { unreachable } from '../../../daemon/util/unreachable.js';
import { unsupported } from '../import-errors.js';
import { limits } from '../limits.js';
import {
  type AffineNode,
  type ConcatNode,
  type ConvNode,
  type GapNode,
  type Graph,
  layerName,
  type Normalisation,
  type Shape,
} from './nodes.js';
import { bypass, checkSize, Uses } from './uses.js';

/**
 * Folds every affine layer (batch normalisation, constant factors) away: into the convolution before it, into the one
 * behind it when no padding lies between, through a concatenation or the global average pool (which is linear too), or
 * into the input's normalisation. Refuses by name what does not fold.
 */
export function foldAffine(graph: Graph, normalisation: Normalisation): void {
  // each round folds one layer or moves it towards the input
  for (let round = 0; ; round++) {
    if (round > 4 * limits.ops) unsupported('the network', 'too many factors to fold');
    const uses = new Uses(graph);
    const affines = graph.nodes.filter((node) => node.kind === 'affine');
    const [first] = affines;
    if (first === undefined) return;
    if (!affines.some((node) => foldOne(graph, uses, node, normalisation))) {
      unsupported(layerName(first.name), 'its factors fold into no convolution');
    }
  }
}

function foldOne(graph: Graph, uses: Uses, node: AffineNode, normalisation: Normalisation): boolean {
  const source = node.inputs[0] as number;
  const producer = uses.producer(source);
  if (producer === undefined) return intoInput(graph, uses, node, normalisation);
  if (uses.only(source, node)) {
    switch (producer.kind) {
      case 'conv':
        if (producer.relu) break;
        scaleOutputs(producer, node);
        bypass(graph, node, source);
        return true;
      case 'gap':
        return throughPool(graph, producer, node);
      case 'concat':
        return throughConcat(graph, uses, producer, node);
      case 'affine':
      case 'relu':
      case 'maxpool':
        break;
      default:
        unreachable(producer);
    }
  }
  return intoNext(graph, uses, node);
}

function scaleOutputs(conv: ConvNode, { scale, shift }: AffineNode): void {
  const perOutput = conv.weights.length / scale.length;
  conv.weights = conv.weights.map((weight, i) => weight * (scale[Math.floor(i / perOutput)] as number));
  conv.bias = conv.bias.map((bias, o) => bias * (scale[o] as number) + (shift[o] as number));
}

/** y = s x + t in front of unpadded convolutions: W' = W s, b' = b + sum W t. With t = 0 padding does no harm. */
function intoNext(graph: Graph, uses: Uses, node: AffineNode): boolean {
  const readers = uses.consumers(node.output);
  const shiftless = node.shift.every((value) => value === 0);
  const fits = readers.every(
    (reader): reader is ConvNode => reader.kind === 'conv' && (shiftless || reader.pads.every((pad) => pad === 0)),
  );
  if (!fits || readers.length === 0 || node.output === graph.output) return false;
  for (const conv of readers as ConvNode[]) scaleInputs(conv, node);
  bypass(graph, node, node.inputs[0] as number);
  return true;
}

function scaleInputs(conv: ConvNode, { scale, shift }: AffineNode): void {
  const taps = conv.kernel[0] * conv.kernel[1];
  const perOutput = taps * scale.length;
  conv.bias = conv.bias.map((bias, o) => {
    let sum = bias;
    for (let i = 0; i < perOutput; i++) {
      sum += (conv.weights[o * perOutput + i] as number) * (shift[Math.floor(i / taps)] as number);
    }
    return sum;
  });
  conv.weights = conv.weights.map((weight, i) => weight * (scale[Math.floor((i % perOutput) / taps)] as number));
}

/** real = ((pixel - mean) * scale) * s + t = (pixel - (mean - t / (scale * s))) * (scale * s) */
function intoInput(graph: Graph, uses: Uses, node: AffineNode, { mean, scale }: Normalisation): boolean {
  if (!uses.only(node.inputs[0] as number, node)) return false;
  const layer = layerName(node.name);
  for (let c = 0; c < mean.length; c++) {
    const factor = (scale[c] as number) * (node.scale[c] as number);
    if (factor === 0) unsupported(layer, 'multiplies the picture by zero');
    mean[c] = (mean[c] as number) - (node.shift[c] as number) / factor;
    scale[c] = factor;
  }
  bypass(graph, node, node.inputs[0] as number);
  return true;
}

function throughPool(graph: Graph, pool: GapNode, node: AffineNode): boolean {
  const [input] = pool.inputs as [number];
  const output = graph.shapes.push(graph.shapes[input] as Shape) - 1;
  graph.nodes.splice(graph.nodes.indexOf(pool), 0, { ...node, inputs: [input], output });
  pool.inputs = [output];
  bypass(graph, node, pool.output);
  return true;
}

function throughConcat(graph: Graph, uses: Uses, concat: ConcatNode, node: AffineNode): boolean {
  const { shapes } = graph;
  if (new Set(concat.inputs).size !== concat.inputs.length) return false;
  if (!concat.inputs.every((input) => uses.only(input, concat))) return false;
  let offset = 0;
  const parts: AffineNode[] = concat.inputs.map((input) => {
    const shape = shapes[input] as Shape;
    const slice = [offset, offset + shape.channels] as const;
    offset += shape.channels;
    shapes.push(shape);
    return {
      kind: 'affine',
      name: node.name,
      inputs: [input],
      output: shapes.length - 1,
      scale: node.scale.slice(...slice),
      shift: node.shift.slice(...slice),
    };
  });
  graph.nodes.splice(graph.nodes.indexOf(concat), 0, ...parts);
  checkSize(graph, node.name);
  concat.inputs = parts.map((part) => part.output);
  bypass(graph, node, concat.output);
  return true;
}
