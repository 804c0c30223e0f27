import type { Pads, Shape } from '../graph/nodes.js';
import { inconsistent, unsupported } from '../import-errors.js';
import { type ConvolutionParameter, given, type PoolingParameter } from './proto.js';

export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: Pads;
}

/** Caffe gives sizes once for both axes, once per axis, or as *_h and *_w. */
export function convolutionWindow(layer: string, param: ConvolutionParameter): Window {
  const kernel = axes(layer, 'kernel_size', param.kernel_size, param, 'kernel_h', 'kernel_w');
  if (kernel === undefined) inconsistent(layer, 'no kernel_size');
  const strides = axes(layer, 'stride', param.stride, param, 'stride_h', 'stride_w') ?? [1, 1];
  const [padHeight, padWidth] = axes(layer, 'pad', param.pad, param, 'pad_h', 'pad_w') ?? [0, 0];
  for (const dilation of param.dilation) {
    if (dilation !== 1 && (kernel[0] !== 1 || kernel[1] !== 1)) {
      unsupported(layer, `dilation ${dilation}; the accelerator's kernels have no gaps`);
    }
  }
  return { kernel, strides, pads: [padHeight, padWidth, padHeight, padWidth] };
}

export function poolingWindow(layer: string, param: PoolingParameter, input: Shape): Window {
  const both = (name: 'kernel' | 'stride' | 'pad', size: 'kernel_size' | 'stride' | 'pad') =>
    axes(layer, size, given(param, size) ? [param[size]] : [], param, `${name}_h`, `${name}_w`);
  const whole: [number, number] = [input.height, input.width];
  const kernel = param.global_pooling ? whole : both('kernel', 'kernel_size');
  if (kernel === undefined) inconsistent(layer, 'no kernel_size');
  const strides = both('stride', 'stride') ?? [1, 1];
  const [padHeight, padWidth] = both('pad', 'pad') ?? [0, 0];
  return { kernel, strides, pads: [padHeight, padWidth, padHeight, padWidth] };
}

function axes<H extends string, W extends string>(
  layer: string,
  name: string,
  listed: readonly number[],
  param: Readonly<Record<H | W, number>> & object,
  heightField: H,
  widthField: W,
): [number, number] | undefined {
  if (given(param, heightField) || given(param, widthField)) {
    if (listed.length > 0) inconsistent(layer, `both ${name} and ${heightField}/${widthField}`);
    return [param[heightField], param[widthField]];
  }
  const [first, second] = listed;
  if (first === undefined) return undefined;
  if (listed.length > 2) unsupported(layer, `${name} for ${listed.length} axes; a picture has 2`);
  return [first, second ?? first];
}
