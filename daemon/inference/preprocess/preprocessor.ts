import sharp, { type Sharp } from 'sharp';
import { type Frame, rawBytes } from '../../camera/frame.js';
import type { Preprocessing } from '../../model/header.js';
import { ZynqnetError } from '../../util/error.js';
import { frameError, nameOf } from './frame-error.js';
import { type CameraView, type InputShape, type PreprocessPlan, planPreprocessing } from './options.js';
import { arrange, cutCentre } from './pixels.js';

/** Largest picture that is decoded: a progressive JPEG of this size takes about 150 MB, which a board has. */
export const MAX_FRAME_PIXELS = 25_000_000;
/** Shortest side of a picture that is worth classifying. */
const MIN_FRAME_SIDE = 8;
/** Encoded pictures with fewer bytes have their header read first, in case they are too small. */
const SUSPICIOUSLY_FEW_BYTES = 4096;

const BLACK = { r: 0, g: 0, b: 0 } as const;

/** Pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Takes frames to the input of one network. Holds no frame; runs may overlap. */
export interface Preprocessor {
  readonly plan: PreprocessPlan;
  /**
   * Height x width x channels bytes in the model's channel order, in memory of their own. Rejects with a ZynqnetError:
   * FRAME_FORMAT, FRAME_DAMAGED, FRAME_TOO_LARGE, FRAME_TOO_SMALL, FRAME_SIZE or FRAME_REGION.
   */
  run(frame: Frame): Promise<Uint8Array>;
}

/** `input` and `options` come from the model's header, `view` from the camera's configuration. Throws RangeError for what cannot work. */
export function createPreprocessor(input: InputShape, options: Preprocessing, view: CameraView = {}): Preprocessor {
  const plan = planPreprocessing(input, options, view);
  return { plan, run: (frame) => run(frame, plan) };
}

/** One thread per picture and no cache: flat memory on a small board, and two cores are fed by two frames in flight. */
function configureSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
}

configureSharp();

async function run(frame: Frame, plan: PreprocessPlan): Promise<Uint8Array> {
  await check(frame);
  try {
    const source = await sourceSize(frame, plan);
    if (source) checkProportions(frame, plan, source);
    const { data, info } = await pipeline(frame, plan, plan.fit === 'fill' ? source : undefined).toBuffer({
      resolveWithObject: true,
    });
    const pixels = cutCentre(data, info, plan);
    const { width, height, channels } = plan.input;
    if (pixels.length !== width * height * channels) {
      throw new Error(`scaling gave ${info.width}x${info.height}x${info.channels}, not ${width}x${height}x${channels}`);
    }
    return arrange(pixels, plan, (frame.format === 'bgr24') !== (plan.input.order === 'bgr'));
  } catch (error) {
    throw frameError(frame, error);
  }
}

function pipeline(frame: Frame, { region, fit, resize, input }: PreprocessPlan, squashed: Size | undefined): Sharp {
  let image = open(frame);
  if (region) image = image.extract({ left: region.x, top: region.y, width: region.width, height: region.height });
  if (squashed && isMildSquash(squashed, resize)) {
    image = bilinear(image, squashed, resize);
  } else {
    // A triangle filter that widens with the reduction: the bilinear resize with antialiasing of most training code.
    // fastShrinkOnLoad off: the JPEG decoder may shrink, but leaves this filter at least a factor of two.
    // `outside` and a cut of our own in place of `cover`: sharp would put the odd pixel of a margin at the top and left.
    const around = fit === 'cover' ? 'outside' : fit;
    image = image.resize({ ...resize, fit: around, kernel: 'linear', background: BLACK, fastShrinkOnLoad: false });
  }
  if (frame.format === 'encoded') image = image.flatten({ background: BLACK });
  if (input.channels === 1) image = image.toColourspace('b-w'); // else sRGB, sharp's standard
  return image.raw();
}

/**
 * Whether a squash changes the size, but to no less than half on either axis. There the four nearest pixels see every
 * pixel of the source, and the plain bilinear resize of Caffe's tools (and of the published networks' authors) is what
 * the network was trained with; an antialiasing filter would blur: it costs SqueezeNet 7 % of its answers.
 */
function isMildSquash(from: Size, to: Size): boolean {
  const [x, y] = [from.width / to.width, from.height / to.height];
  return x < 2 && y < 2 && (x > 1 || y > 1);
}

/** Bilinear between the four nearest pixels, pixel centres aligned as in Caffe, OpenCV and PyTorch (align_corners off). */
function bilinear(image: Sharp, from: Size, to: Size): Sharp {
  const [x, y] = [to.width / from.width, to.height / from.height];
  const centres = { idx: 0.5 - 0.5 / x, idy: 0.5 - 0.5 / y };
  return image.affine([x, 0, 0, y], { interpolator: 'bilinear', ...centres });
}

function open({ format, data, width, height }: Frame): Sharp {
  const common = { limitInputPixels: MAX_FRAME_PIXELS, failOn: 'error', sequentialRead: true } as const;
  switch (format) {
    case 'rgb24':
    case 'bgr24':
      return sharp(data, { ...common, raw: { width, height, channels: 3 } });
    case 'gray8':
      return sharp(data, { ...common, raw: { width, height, channels: 1 } });
    case 'jpeg':
      return sharp(data, common);
    case 'encoded':
      return sharp(data, { ...common, autoOrient: true });
  }
}

/** Size of the picture that squash and cover start from; undefined for contain, which need not know it. */
async function sourceSize({ data, format, width, height }: Frame, plan: PreprocessPlan): Promise<Size | undefined> {
  if (plan.fit === 'contain') return undefined;
  if (plan.region) return plan.region;
  if (width > 0) return { width, height };
  const header = await sharp(data, { limitInputPixels: MAX_FRAME_PIXELS }).metadata();
  return format === 'encoded' ? header.autoOrient : header;
}

/** Cover makes the shorter side fit first: a very long, thin picture would take all memory before its middle is cut out. */
function checkProportions(frame: Frame, { fit, resize }: PreprocessPlan, { width, height }: Size): void {
  const scale = Math.max(resize.width / width, resize.height / height);
  if (fit === 'cover' && width * height * scale * scale > MAX_FRAME_PIXELS) {
    throw new ZynqnetError(
      'FRAME_TOO_LARGE',
      `${nameOf(frame)}: ${width}x${height} pixels are too long and thin to cover ${resize.width}x${resize.height}`,
    );
  }
}

/** What must be right before sharp is asked. */
async function check(frame: Frame): Promise<void> {
  let { width, height } = frame;
  const bytes = rawBytes(frame.format, width, height);
  if (bytes !== undefined && frame.data.byteLength !== bytes) {
    throw new ZynqnetError(
      'FRAME_SIZE',
      `${nameOf(frame)}: ${frame.data.byteLength} bytes, but ${width}x${height} ${frame.format} has ${bytes}; the camera cut it off`,
    );
  }
  if (bytes === undefined && frame.data.byteLength < SUSPICIOUSLY_FEW_BYTES) {
    try {
      ({ width, height } = await sharp(frame.data, { limitInputPixels: MAX_FRAME_PIXELS }).metadata());
    } catch (error) {
      throw frameError(frame, error);
    }
  }
  const known = bytes !== undefined || width > 0;
  if (known && (width < MIN_FRAME_SIDE || height < MIN_FRAME_SIDE)) {
    throw new ZynqnetError(
      'FRAME_TOO_SMALL',
      `${nameOf(frame)}: ${width}x${height} pixels; at least ${MIN_FRAME_SIDE}x${MIN_FRAME_SIDE} are needed`,
    );
  }
  if (known && width * height > MAX_FRAME_PIXELS) {
    throw new ZynqnetError(
      'FRAME_TOO_LARGE',
      `${nameOf(frame)}: ${width}x${height} pixels; at most ${MAX_FRAME_PIXELS} are decoded, ask the camera for less`,
    );
  }
}
