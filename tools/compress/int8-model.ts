/** Puts an int8 model together from integer weights, units and scales. */

import type { HeaderOp, ModelHeader } from '../../daemon/model/header.js';
import type { FloatConv, Int8Conv, ModelDescription } from '../../daemon/native/addon.js';
import { unreachable } from '../../daemon/util/unreachable.js';
import { convGeometries, hasWeights } from '../zqn/conv-geometry.js';
import type { FloatNetwork } from './float-network.js';
import { requantize } from './requantize.js';
import type { TensorScale } from './tensor-scales.js';

/** Integer weights of one layer. */
export interface IntegerLayer {
  /** [output][tap] */
  readonly weights: Int8Array;
  /** real value of integer weight 1, per output */
  readonly units: Float32Array;
}

/** The input's scale is folded into its readers' weights: a network whose input needs a zero point alone. */
export function foldInputScale(network: FloatNetwork): FloatNetwork {
  const scale = network.header.input.scale;
  if (scale.every((value) => value === 1)) return network;
  const convs: FloatConv[] = [...network.convs];
  for (const op of network.header.ops) {
    if (!hasWeights(op) || op.input.tensor !== 0) continue;
    const conv = network.convs[op.weights] as FloatConv;
    const area = op.kernel[0] * op.kernel[1];
    const weights = conv.weights.map(
      (w, k) => w * (scale[op.input.offset + (Math.floor(k / area) % op.input.channels)] ?? 1),
    );
    convs[op.weights] = { weights, bias: conv.bias };
  }
  const header = { ...network.header, input: { ...network.header.input, scale: scale.map(() => 1) } };
  return { header, convs };
}

/** Zero point of the input, per channel: the mean, rounded. */
function inputZeroPoints(header: ModelHeader): number[] {
  return header.input.mean.map((mean) => Math.min(255, Math.max(0, Math.round(mean))));
}

/**
 * The description of an int8 model. `network` has input scale 1 (`foldInputScale`); `bias` holds real biases. Throws
 * COMPRESS_RANGE when a layer leaves the integer arithmetic's bounds.
 */
export function int8Description(
  network: FloatNetwork,
  layers: readonly IntegerLayer[],
  bias: readonly Float32Array[],
  scales: readonly TensorScale[],
): ModelDescription {
  const { header } = network;
  const zeroPoint = inputZeroPoints(header);
  const convs: Int8Conv[] = [];
  const ops: HeaderOp[] = [...header.ops];
  const logitScale = new Float32Array(header.labels.length).fill(1);
  const logitOffset = new Float32Array(header.labels.length);
  for (const [index, conv] of convGeometries(header).entries()) {
    const layer = layers[index] as IntegerLayer;
    const { op } = conv;
    const area = op.kernel[0] * op.kernel[1];
    const fromInput = op.input.tensor === 0;
    const source = scales[op.input.tensor] as TensorScale;
    const channelOf = (tap: number): number => op.input.offset + Math.floor(tap / area);
    const realBias = Float64Array.from(bias[index] as Float32Array);
    if (fromInput)
      addMeanRemainders(
        realBias,
        layer,
        (tap) => (zeroPoint[channelOf(tap)] ?? 0) - (header.input.mean[channelOf(tap)] ?? 0),
      );
    const target = 'logits' in op.output ? null : (scales[op.output.tensor] as TensorScale);
    const result = requantize({
      name: op.name,
      weights: layer.weights,
      units: layer.units,
      bias: realBias,
      inputScale: source.scale,
      inputZero: (tap) => (fromInput ? (zeroPoint[channelOf(tap)] ?? 0) : source.zeroPoint),
      output: target,
      positions: conv.outputHeight * conv.outputWidth,
    });
    convs.push(result.conv);
    ops[conv.opIndex] = { ...op, preShift: result.preShift };
    if ('logits' in op.output) {
      logitScale.set(result.logitScale, op.output.offset);
      logitOffset.set(result.logitOffset, op.output.offset);
    }
  }
  poolLogits(header, scales, logitScale, logitOffset);
  const tensors = header.tensors.map((tensor, t) => ({ ...tensor, ...(scales[t] as TensorScale) }));
  const int8: ModelHeader = { ...header, arithmetic: 'int8', input: { ...header.input, zeroPoint }, tensors, ops };
  return { headerJson: JSON.stringify(int8), convs, logitScale, logitOffset };
}

/** What the rounded zero point leaves of the mean counts at every position alike. */
function addMeanRemainders(bias: Float64Array, layer: IntegerLayer, remainder: (tap: number) => number): void {
  const taps = layer.weights.length / bias.length;
  for (let o = 0; o < bias.length; o++) {
    let total = 0;
    for (let k = 0; k < taps; k++) total += (layer.weights[o * taps + k] ?? 0) * remainder(k);
    bias[o] = (bias[o] ?? 0) + total * (layer.units[o] ?? 0);
  }
}

/** A global pool over bytes: logit = mean of (q - zero point) * scale. */
function poolLogits(
  header: ModelHeader,
  scales: readonly TensorScale[],
  logitScale: Float32Array,
  logitOffset: Float32Array,
): void {
  for (const op of header.ops) {
    switch (op.op) {
      case 'conv': // its logits were set with its weights
      case 'maxpool':
        break;
      case 'gap': {
        const tensor = header.tensors[op.input.tensor];
        const { scale, zeroPoint } = scales[op.input.tensor] as TensorScale;
        if (tensor === undefined) break;
        const [first, end] = [op.output.offset, op.output.offset + op.output.channels];
        logitScale.fill(scale / (tensor.height * tensor.width), first, end);
        logitOffset.fill(-scale * zeroPoint, first, end);
        break;
      }
      default:
        unreachable(op);
    }
  }
}
