import type { Sharp } from 'sharp';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Whether a squash changes the size, but to no less than half on either axis. There the four nearest pixels see every
 * pixel of the source, and the plain bilinear resize of Caffe's tools (and of the published networks' authors) is what
 * the network was trained with; an antialiasing filter would blur: it costs SqueezeNet 7 % of its answers.
 */
export function isMildSquash(from: Size, to: Size): boolean {
  const [x, y] = [from.width / to.width, from.height / to.height];
  return x < 2 && y < 2 && (x > 1 || y > 1);
}

/** Bilinear between the four nearest pixels, pixel centres aligned as in Caffe, OpenCV and PyTorch (align_corners off). */
export function bilinear(image: Sharp, from: Size, to: Size): Sharp {
  const [x, y] = [to.width / from.width, to.height / from.height];
  const centres = { idx: 0.5 - 0.5 / x, idy: 0.5 - 0.5 / y };
  return image.affine([x, 0, 0, y], { interpolator: 'bilinear', ...centres });
}
