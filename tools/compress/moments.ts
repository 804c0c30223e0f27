/** Statistics of what each convolution reads, gathered over the calibration images. */

import type { ModelHeader } from '../../daemon/model/header.js';
import type { Window } from '../native/compress-kernels.js';
import { compressKernels } from '../native/compress-kernels.js';
import { type ConvGeometry, convGeometries } from '../zqn/conv-geometry.js';
import { seedOf } from './float-network.js';

export const threads = 2;

/** Sums over output positions of x x' and x, x being the inputs of one output value in the order of the weights. */
export interface LayerMoments {
  readonly taps: number;
  /** taps x taps, lower triangle; empty when only the mean was asked for */
  readonly gram: Float32Array;
  readonly sum: Float64Array;
  rows: number;
}

export function emptyMoments(taps: number, withGram: boolean): LayerMoments {
  return { taps, gram: new Float32Array(withGram ? taps * taps : 0), sum: new Float64Array(taps), rows: 0 };
}

export function meanOf({ sum, rows }: LayerMoments): Float64Array {
  return sum.map((value) => value / Math.max(1, rows));
}

/** Enough output positions per image that even the widest layers get several rows a tap; more change nothing but the time. */
const maxPositions = 256;

export function positionsPerImage(conv: ConvGeometry): number {
  return Math.min(conv.outputHeight * conv.outputWidth, Math.max(96, Math.min(maxPositions, conv.taps)));
}

/** The same positions for the same image and layer in every network: what differs is then the network alone. */
export function chosenPositions(conv: ConvGeometry, image: number, count: number): Uint32Array {
  const all = conv.outputHeight * conv.outputWidth;
  if (count >= all) return Uint32Array.from({ length: all }, (_, i) => i);
  const start = (seedOf(`${conv.op.name}/${image}`) % 997) / 997;
  return Uint32Array.from({ length: count }, (_, i) => Math.floor(((i + start) * all) / count));
}

/** What a layer's input tensor means in real numbers. */
export interface TensorMeaning {
  readonly scale: number;
  /** one per channel of the tensor, or one for all */
  readonly zero: (channel: number) => number;
}

export function addMoments(
  moments: LayerMoments,
  header: Pick<ModelHeader, 'tensors'>,
  conv: ConvGeometry,
  tensor: Float32Array | Uint8Array,
  meaning: TensorMeaning,
  positions: Uint32Array,
): void {
  const { channels, offset } = conv.op.input;
  compressKernels().addMoments({
    ...windowOf(header, conv),
    tensor,
    zero: Float32Array.from({ length: channels }, (_, c) => meaning.zero(offset + c)),
    scale: new Float32Array(channels).fill(meaning.scale),
    positions,
    gram: moments.gram,
    sum: moments.sum,
    threads,
  });
  moments.rows += positions.length;
}

export function windowOf(header: Pick<ModelHeader, 'tensors'>, conv: ConvGeometry): Window {
  const tensor = header.tensors[conv.op.input.tensor];
  return {
    height: conv.inputHeight,
    width: conv.inputWidth,
    tensorChannels: tensor?.channels ?? 0,
    channelOffset: conv.op.input.offset,
    channels: conv.op.input.channels,
    kernelHeight: conv.op.kernel[0],
    kernelWidth: conv.op.kernel[1],
    stride: conv.op.stride,
    padTop: conv.op.pad[0],
    padLeft: conv.op.pad[1],
    outputHeight: conv.outputHeight,
    outputWidth: conv.outputWidth,
  };
}

/** Layers that read the same view through the same window see the same inputs: index of the first such layer, per layer. */
export function sharedInputs(header: ModelHeader): number[] {
  const first = new Map<string, number>();
  return convGeometries(header).map(({ op }, i) => {
    const key = JSON.stringify([op.input, op.kernel, op.stride, op.pad]);
    const known = first.get(key);
    if (known !== undefined) return known;
    first.set(key, i);
    return i;
  });
}
