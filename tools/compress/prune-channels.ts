/** Removing channels: those proven constant (no answer changes), and those of least weight (some do). */

import type { ConvOp, HeaderOp, ModelHeader, View } from '../../daemon/model/header.js';
import type { FloatConv } from '../../daemon/native/addon.js';
import { unreachable } from '../../daemon/util/unreachable.js';
import { hasWeights, overlap } from '../zqn/conv-geometry.js';
import type { FloatNetwork } from './float-network.js';
import { keepAll, removeChannels, settle } from './remove-channels.js';

export interface Pruned {
  readonly network: FloatNetwork;
  readonly removed: number;
}

/**
 * Removes channels whose filter is all zero (their output is the constant activation(bias)), and channels whose readers
 * all ignore them, until there are none left. A constant other than zero is folded into the readers' biases; where a reader
 * pads, the fold would be wrong at the border, so such a channel stays.
 */
export function removeDeadChannels(network: FloatNetwork): Pruned {
  let current = network;
  let removed = 0;
  for (;;) {
    const keep = keepAll(current.header);
    const candidates: Candidate[] = [];
    for (const op of current.header.ops) {
      if (!hasWeights(op) || 'logits' in op.output) continue;
      for (let o = 0; o < op.output.channels; o++) {
        const channel = { tensor: op.output.tensor, offset: op.output.offset + o, channels: 1 };
        const candidate = candidateFor(current, op, o, channel);
        if (candidate === null) continue;
        candidates.push(candidate);
        drop(current.header, channel, keep);
      }
    }
    settle(current.header, keep);
    // Folded only now: a view's last channel has come back.
    const biases = new Map<number, Float32Array>();
    for (const { channel, constant, reads } of candidates) {
      if (keep[channel.tensor]?.[channel.offset] !== false || constant === 0) continue;
      for (const { op, view } of reads) fold(current, op, view.offset - op.input.offset, constant, biases);
    }
    const next = removeChannels(withBiases(current, biases), keep);
    const gone = channels(current.header) - channels(next.header);
    if (gone === 0) return { network: current, removed };
    removed += gone;
    current = next;
  }
}

interface Candidate {
  readonly channel: View;
  readonly constant: number;
  readonly reads: { op: ConvOp; view: View }[];
}

/** A channel that can go, with the constant that its readers must be given instead; null when it must stay. */
function candidateFor(network: FloatNetwork, op: ConvOp, o: number, channel: View): Candidate | null {
  const reads = readers(network.header, channel);
  if (reads === null) return null;
  const ignored = ({ op: reader, view }: Candidate['reads'][number]): boolean =>
    columnIsZero(network.convs[reader.weights], reader, view.offset - reader.input.offset);
  if (reads.every(ignored)) return { channel, constant: 0, reads };
  const conv = network.convs[op.weights] as FloatConv;
  const taps = conv.weights.length / conv.bias.length;
  for (let k = o * taps; k < (o + 1) * taps; k++) if (conv.weights[k] !== 0) return null;
  const bias = conv.bias[o] ?? 0;
  const constant = op.relu ? Math.max(0, bias) : bias;
  if (constant !== 0 && reads.some(({ op: reader }) => reader.pad.some((p) => p > 0))) return null;
  return { channel, constant, reads };
}

/** Marks a channel, and what max-pools make of it, as going. */
function drop(header: ModelHeader, channel: View, keep: boolean[][]): void {
  (keep[channel.tensor] as boolean[])[channel.offset] = false;
  for (const op of header.ops) {
    if (!overlap(op.input, channel)) continue;
    switch (op.op) {
      case 'maxpool':
        drop(header, throughPool(op, channel), keep);
        break;
      case 'conv':
      case 'gap':
        break;
      default:
        unreachable(op);
    }
  }
}

/** The convolutions that read a channel, through max-pools too; null when a global pool does: then it is an answer. */
function readers(header: ModelHeader, channel: View): { op: ConvOp; view: View }[] | null {
  const found: { op: ConvOp; view: View }[] = [];
  for (const op of header.ops) {
    if (!overlap(op.input, channel)) continue;
    switch (op.op) {
      case 'conv':
        found.push({ op, view: channel });
        break;
      case 'gap':
        return null;
      case 'maxpool': {
        const through = readers(header, throughPool(op, channel));
        if (through === null) return null;
        found.push(...through);
        break;
      }
      default:
        unreachable(op);
    }
  }
  return found;
}

/** The channel that a max-pool makes of a channel. */
function throughPool({ input, output }: Extract<HeaderOp, { op: 'maxpool' }>, channel: View): View {
  return { ...output, offset: output.offset + channel.offset - input.offset, channels: 1 };
}

function columnIsZero(conv: FloatConv | undefined, op: ConvOp, input: number): boolean {
  if (conv === undefined) return false;
  const area = op.kernel[0] * op.kernel[1];
  for (let o = 0; o < conv.bias.length; o++) {
    const start = (o * op.input.channels + input) * area;
    for (let k = 0; k < area; k++) if (conv.weights[start + k] !== 0) return false;
  }
  return true;
}

function fold(
  network: FloatNetwork,
  op: ConvOp,
  input: number,
  constant: number,
  biases: Map<number, Float32Array>,
): void {
  const conv = network.convs[op.weights] as FloatConv;
  const bias = biases.get(op.weights) ?? Float32Array.from(conv.bias);
  const area = op.kernel[0] * op.kernel[1];
  for (let o = 0; o < bias.length; o++) {
    let total = 0;
    const start = (o * op.input.channels + input) * area;
    for (let k = 0; k < area; k++) total += conv.weights[start + k] ?? 0;
    bias[o] = (bias[o] ?? 0) + total * constant;
  }
  biases.set(op.weights, bias);
}

function withBiases(network: FloatNetwork, biases: Map<number, Float32Array>): FloatNetwork {
  const convs = network.convs.map((conv, i) => ({ weights: conv.weights, bias: biases.get(i) ?? conv.bias }));
  return { header: network.header, convs };
}

const channels = (header: ModelHeader): number => header.tensors.reduce((total, tensor) => total + tensor.channels, 0);

/**
 * Removes the given share of each convolution's channels, those of least length (L2 norm of filter times L2 norm of what
 * reads them; Li et al., Pruning Filters for Efficient ConvNets, ICLR 2017, with the readers added).
 */
export function removeWeakChannels(network: FloatNetwork, fractionOf: (op: ConvOp) => number): Pruned {
  const keep = keepAll(network.header);
  for (const op of network.header.ops) {
    if (!hasWeights(op) || 'logits' in op.output) continue;
    const output = op.output;
    const strength = Array.from({ length: output.channels }, (_, o) => strengthOf(network, op, output, o));
    const order = [...strength.keys()].sort((a, b) => (strength[a] ?? 0) - (strength[b] ?? 0));
    const many = Math.min(output.channels - 1, Math.floor(fractionOf(op) * output.channels));
    for (const o of order.slice(0, many))
      drop(network.header, { ...output, offset: output.offset + o, channels: 1 }, keep);
  }
  const pruned = removeChannels(network, keep);
  return { network: pruned, removed: channels(network.header) - channels(pruned.header) };
}

function strengthOf(network: FloatNetwork, op: ConvOp, output: View, o: number): number {
  const conv = network.convs[op.weights] as FloatConv;
  const taps = conv.weights.length / conv.bias.length;
  const reads = readers(network.header, { ...output, offset: output.offset + o, channels: 1 });
  const read = reads?.reduce(
    (total, { op: reader, view }) => total + columnEnergy(network, reader, view.offset - reader.input.offset),
    0,
  );
  return Math.sqrt(energy(conv.weights.subarray(o * taps, (o + 1) * taps)) * (read ?? Number.POSITIVE_INFINITY));
}

function columnEnergy(network: FloatNetwork, op: ConvOp, input: number): number {
  const conv = network.convs[op.weights] as FloatConv;
  const area = op.kernel[0] * op.kernel[1];
  let total = 0;
  for (let o = 0; o < conv.bias.length; o++) {
    const start = (o * op.input.channels + input) * area;
    total += energy(conv.weights.subarray(start, start + area));
  }
  return total;
}

function energy(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value * value;
  return total;
}
