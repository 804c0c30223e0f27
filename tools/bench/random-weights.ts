/** Random weights for a topology with scales under which activations neither vanish nor saturate. Seeded, repeatable. */

import type { ConvOp, ModelHeader } from '../../daemon/model/header.js';
import { encodeModelFile, type LoadedModel, parseModelFile } from '../../daemon/model/model-file.js';
import { hasWeights } from '../zqn/conv-geometry.js';
import { type Topology, weightCount } from '../zqn/topologies.js';

export interface RandomConv {
  readonly weights: Int8Array;
  readonly bias: Int32Array;
  /** real weight = scale * weight, the same for all output channels; exact in float32 */
  readonly scale: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly preShift: number;
}

/** Marsaglia's xorshift32 (2003): the same numbers on every machine. */
export function xorshift(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/** All activation scales are 1 and all zero points 0: the three networks of the bench compute the same function. */
export function randomConvs(topology: Topology, seed: number): RandomConv[] {
  const next = xorshift(seed);
  return topology.ops.filter(hasWeights).map((op) => randomConv(op, next));
}

function randomConv(op: ConvOp, next: () => number): RandomConv {
  const outputs = op.output.channels;
  const taps = weightCount(op) / outputs;
  const weights = new Int8Array(outputs * taps);
  for (let index = 0; index < weights.length; index += 1) weights[index] = (next() % 255) - 127;
  let bound = 0;
  const bias = new Int32Array(outputs).map((_, output) => {
    let sum = 0;
    let magnitude = 0;
    for (const weight of weights.subarray(output * taps, (output + 1) * taps)) {
      sum += weight;
      magnitude += Math.abs(weight);
    }
    const value = -64 * sum; // activations are about 64 on average: the sums spread around zero
    bound = Math.max(bound, Math.abs(value) + 255 * magnitude);
    return value;
  });
  let preShift = 0;
  while (bound / 2 ** preShift >= 2 ** 24) preShift += 1;
  // 73 is the deviation of a weight: typical sums become about 100.
  const wanted = 100 / (73 * 64 * Math.sqrt(taps));
  const shift = 15 - Math.floor(Math.log2(wanted * 2 ** preShift));
  const multiplier = Math.round(wanted * 2 ** (preShift + shift));
  return { weights, bias, scale: multiplier / 2 ** (shift + preShift), multiplier, shift, preShift };
}

/** The int8 model as the daemon would load it from a file. */
export function randomModel(topology: Topology, convs: readonly RandomConv[]): LoadedModel {
  return parseModelFile(randomModelFile(topology, convs), topology.name);
}

/** That file. */
export function randomModelFile(topology: Topology, convs: readonly RandomConv[]): Buffer {
  const [input] = topology.tensors;
  if (input === undefined) throw new RangeError('a topology has an input');
  const channels = Array.from({ length: input.channels });
  const header: ModelHeader = {
    name: topology.name,
    arithmetic: 'int8',
    input: {
      channels: input.channels,
      height: input.height,
      width: input.width,
      order: 'rgb',
      mean: channels.map(() => 0),
      scale: channels.map(() => 1),
      zeroPoint: channels.map(() => 0),
    },
    preprocessing: { mode: 'squash', resize: null, crop: false },
    labels: Array.from({ length: topology.classes }, (_, index) => `class ${index}`),
    tensors: topology.tensors.map((tensor) => ({ ...tensor, scale: 1, zeroPoint: 0 })),
    ops: topology.ops.map((op) => (hasWeights(op) ? { ...op, preShift: convs[op.weights]?.preShift ?? 0 } : op)),
    provenance: {},
  };
  const wide = new Set(topology.ops.flatMap((op) => (hasWeights(op) && 'logits' in op.output ? [op.weights] : [])));
  return encodeModelFile({
    headerJson: JSON.stringify(header),
    convs: convs.map(({ weights, bias, multiplier, shift }, index) => ({
      weights,
      bias,
      multiplier: new Uint16Array(wide.has(index) ? 0 : bias.length).fill(multiplier),
      shift: new Uint8Array(wide.has(index) ? 0 : bias.length).fill(shift),
    })),
    logitScale: new Float32Array(topology.classes).fill(2 ** -16),
    logitOffset: new Float32Array(topology.classes),
  });
}
