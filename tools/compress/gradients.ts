/** What each convolution's output is worth: gradients of the answers, backwards through the float network. */

import type { Answer } from '../../daemon/inference/classify/fidelity.js';
import type { HeaderOp, ModelHeader, View } from '../../daemon/model/header.js';
import { unreachable } from '../../daemon/util/unreachable.js';
import { compressKernels } from '../native/compress-kernels.js';
import { type ConvGeometry, convGeometries } from '../zqn/conv-geometry.js';
import type { FloatNetwork } from './float-network.js';
import { threads, windowOf } from './moments.js';

/**
 * A random vector v over the classes with E[v v'] = diag(p) - p p', which is the Hessian of the Kullback-Leibler divergence
 * from the answer p, at p: what an error d of the logits costs is d' (E[v v']) d / 2.
 */
export function fisherSample(answer: Answer, seed: number): Float32Array {
  const random = coins(seed);
  let total = 0;
  const signed = Float64Array.from(answer, (p) => {
    const root = random() ? -Math.sqrt(p) : Math.sqrt(p);
    total += root;
    return root;
  });
  return Float32Array.from(signed, (root, c) => root - (answer[c] ?? 0) * total);
}

/** Coin flips by xorshift (Marsaglia 2003): the same on every machine. */
function coins(seed: number): () => boolean {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state & 0x10000) !== 0;
  };
}

/**
 * Gradients of sum_c v_c * logit_c with respect to what each convolution computes before its activation: [position][output] per
 * convolution. `tensors` are the activations of the same image.
 */
export function convGradients(
  network: FloatNetwork,
  tensors: readonly (Float32Array | Uint8Array)[],
  v: Float32Array,
): Float32Array[] {
  const { header, convs } = network;
  const geometries = convGeometries(header);
  const gradients = header.tensors.map(
    ({ channels, height, width }, t) => new Float32Array(t === 0 ? 0 : channels * height * width),
  );
  const found: Float32Array[] = new Array(convs.length);
  let conv = geometries.length;
  for (const op of header.ops.toReversed()) {
    switch (op.op) {
      case 'maxpool':
        poolBackwards(header, op, tensors, gradients);
        break;
      case 'gap':
        averageBackwards(header, op, gradients, v);
        break;
      case 'conv': {
        conv -= 1;
        const geometry = geometries[conv] as ConvGeometry;
        const own =
          'logits' in op.output
            ? logitsBackwards(network, geometry, tensors, v)
            : activationBackwards(header, op.output, op.relu, tensors, gradients);
        found[op.weights] = own;
        if (op.input.tensor !== 0) inputBackwards(network, geometry, own, gradients[op.input.tensor] as Float32Array);
        break;
      }
      default:
        unreachable(op);
    }
  }
  return found;
}

/** Adds to the input's gradient what a convolution hands on. */
function inputBackwards(
  { header, convs }: FloatNetwork,
  geometry: ConvGeometry,
  outputGradient: Float32Array,
  gradient: Float32Array,
): void {
  const { weights } = convs[geometry.op.weights] as FloatNetwork['convs'][number];
  compressKernels().addInputGradient({ ...windowOf(header, geometry), weights, outputGradient, gradient, threads });
}

/** The view's part of its tensor's gradient, where the activation let something through. */
function activationBackwards(
  header: ModelHeader,
  view: View,
  relu: boolean,
  tensors: readonly (Float32Array | Uint8Array)[],
  gradients: readonly Float32Array[],
): Float32Array {
  const { channels, height, width } = header.tensors[view.tensor] as ModelHeader['tensors'][number];
  const values = tensors[view.tensor] as Float32Array;
  const gradient = gradients[view.tensor] as Float32Array;
  const result = new Float32Array(height * width * view.channels);
  for (let position = 0, k = 0; position < height * width; position++) {
    const start = position * channels + view.offset;
    for (let i = start; i < start + view.channels; i++, k++) {
      if (!relu || (values[i] as number) > 0) result[k] = gradient[i] as number;
    }
  }
  return result;
}

/** A wide convolution: each logit is the mean of one output over all positions. */
function logitsBackwards(
  network: FloatNetwork,
  geometry: ConvGeometry,
  tensors: readonly (Float32Array | Uint8Array)[],
  v: Float32Array,
): Float32Array {
  const { op, outputs } = geometry;
  const positions = geometry.outputHeight * geometry.outputWidth;
  const result = new Float32Array(positions * outputs);
  const sums = op.relu ? convolved(network, geometry, tensors) : null;
  for (let k = 0; k < result.length; k++) {
    if (sums === null || (sums[k] as number) > 0)
      result[k] = (v[op.output.offset + (k % outputs)] as number) / positions;
  }
  return result;
}

/** [position][output], before the activation. */
function convolved(
  network: FloatNetwork,
  geometry: ConvGeometry,
  tensors: readonly (Float32Array | Uint8Array)[],
): Float32Array {
  const { op } = geometry;
  const { weights, bias } = network.convs[op.weights] as FloatNetwork['convs'][number];
  const tensor = tensors[op.input.tensor] as Float32Array;
  return compressKernels().convolve({ ...windowOf(network.header, geometry), weights, bias, tensor, threads });
}

function averageBackwards(
  header: ModelHeader,
  op: Extract<HeaderOp, { op: 'gap' }>,
  gradients: readonly Float32Array[],
  v: Float32Array,
): void {
  const { channels, height, width } = header.tensors[op.input.tensor] as ModelHeader['tensors'][number];
  const gradient = gradients[op.input.tensor] as Float32Array;
  for (let position = 0; position < height * width; position++) {
    for (let c = 0; c < op.input.channels; c++) {
      const i = position * channels + op.input.offset + c;
      gradient[i] = (gradient[i] as number) + (v[op.output.offset + c] as number) / (height * width);
    }
  }
}

/** Each maximum's gradient goes to the first input that is it. */
function poolBackwards(
  header: ModelHeader,
  op: Extract<HeaderOp, { op: 'maxpool' }>,
  tensors: readonly (Float32Array | Uint8Array)[],
  gradients: readonly Float32Array[],
): void {
  const { input, output } = op;
  const from = header.tensors[input.tensor] as ModelHeader['tensors'][number];
  const to = header.tensors[output.tensor] as ModelHeader['tensors'][number];
  const values = tensors[input.tensor] as Float32Array;
  const maxima = tensors[output.tensor] as Float32Array;
  const gradient = gradients[input.tensor] as Float32Array;
  const above = gradients[output.tensor] as Float32Array;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      for (let c = 0; c < output.channels; c++) {
        const k = (y * to.width + x) * to.channels + output.offset + c;
        const share = above[k] as number;
        if (share === 0) continue;
        const i = positionOf(maxima[k] as number, y, x, c);
        if (i >= 0) gradient[i] = (gradient[i] as number) + share;
      }
    }
  }

  function positionOf(maximum: number, y: number, x: number, c: number): number {
    const top = y * op.stride - op.pad[0];
    const left = x * op.stride - op.pad[1];
    for (let row = Math.max(0, top); row < Math.min(from.height, top + op.kernel[0]); row++) {
      for (let column = Math.max(0, left); column < Math.min(from.width, left + op.kernel[1]); column++) {
        const i = (row * from.width + column) * from.channels + input.offset + c;
        if (values[i] === maximum) return i;
      }
    }
    return -1;
  }
}
