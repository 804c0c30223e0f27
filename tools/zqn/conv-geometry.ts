/** Sizes and counts that follow from a header: one place for what inspect, compress and the reports all need. */

import type { ConvOp, ModelHeader, View } from '../../daemon/model/header.js';
import { unreachable } from '../../daemon/util/unreachable.js';

/** A header, or a topology without weights. */
export interface Graph {
  readonly tensors: readonly ModelHeader['tensors'][number][];
  readonly ops: readonly ModelHeader['ops'][number][];
}

/** A convolution with everything that follows from its place in the network. */
export interface ConvGeometry {
  readonly op: ConvOp;
  /** index in header.ops */
  readonly opIndex: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly outputs: number;
  /** weights of one output channel: input channels x kernel area */
  readonly taps: number;
  readonly weights: number;
  readonly macs: number;
  /** the last, not requantized layer */
  readonly wide: boolean;
}

/** Output length of a convolution along one axis. */
export function convolvedSize(input: number, kernel: number, stride: number, pad: number): number {
  return Math.floor((input + pad - kernel) / stride) + 1;
}

/** Whether an operator has a weight section: the convolutions. */
export function hasWeights(op: Graph['ops'][number]): op is ConvOp {
  switch (op.op) {
    case 'conv':
      return true;
    case 'maxpool':
    case 'gap':
      return false;
    default:
      return unreachable(op);
  }
}

/** The convolutions in order: index i is weight section i. */
export function convGeometries(header: Graph): ConvGeometry[] {
  const result: ConvGeometry[] = [];
  for (const [opIndex, op] of header.ops.entries()) {
    if (!hasWeights(op)) continue;
    const input = header.tensors[op.input.tensor];
    if (input === undefined) throw new RangeError(`${op.name}: there is no tensor ${op.input.tensor}`);
    const [top, left, bottom, right] = op.pad;
    const outputHeight = convolvedSize(input.height, op.kernel[0], op.stride, top + bottom);
    const outputWidth = convolvedSize(input.width, op.kernel[1], op.stride, left + right);
    const outputs = op.output.channels;
    const taps = op.input.channels * op.kernel[0] * op.kernel[1];
    result.push({
      op,
      opIndex,
      inputHeight: input.height,
      inputWidth: input.width,
      outputHeight,
      outputWidth,
      outputs,
      taps,
      weights: outputs * taps,
      macs: outputs * taps * outputHeight * outputWidth,
      wide: 'logits' in op.output,
    });
  }
  return result;
}

/** Whether two views share a channel. */
export function overlap(a: View, b: View): boolean {
  return a.tensor === b.tensor && a.offset < b.offset + b.channels && b.offset < a.offset + a.channels;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
