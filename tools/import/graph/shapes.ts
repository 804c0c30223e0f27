import type { Pads, Shape } from './nodes.js';

/** Output length along one axis; 0 when the kernel does not fit. As native/core/arithmetic.hpp computes it. */
function convLength(size: number, kernel: number, stride: number, padding: number): number {
  const padded = size + padding;
  return padded < kernel ? 0 : Math.floor((padded - kernel) / stride) + 1;
}

function poolLength(size: number, begin: number, end: number, ceil: boolean): number {
  const padded = size + begin + end;
  if (padded < 3) return 0;
  const length = Math.floor((padded - 3 + (ceil ? 1 : 0)) / 2) + 1;
  // a window may not start beyond the input and its leading padding
  return (length - 1) * 2 >= size + begin ? length - 1 : length;
}

export function convShape(
  input: Shape,
  kernel: readonly [number, number],
  stride: number,
  pads: Pads,
  outputs: number,
): Shape {
  return {
    channels: outputs,
    height: convLength(input.height, kernel[0], stride, pads[0] + pads[2]),
    width: convLength(input.width, kernel[1], stride, pads[1] + pads[3]),
  };
}

/** 3x3, stride 2 */
export function poolShape(input: Shape, pads: Pads, ceil: boolean): Shape {
  return {
    channels: input.channels,
    height: poolLength(input.height, pads[0], pads[2], ceil),
    width: poolLength(input.width, pads[1], pads[3], ceil),
  };
}
