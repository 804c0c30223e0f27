import type { ModelInput, Preprocessing } from '../../model/header.js';

/** A rectangle in frame pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the camera's configuration adds to what the model asks for. */
export interface CameraView {
  readonly region?: Region | null;
  /** Clockwise, after the region is cut out. */
  readonly rotate?: 0 | 90 | 180 | 270;
  /** After the rotation. */
  readonly flip?: 'none' | 'horizontal' | 'vertical' | 'both';
  /** Takes the place of the model's mode; `model` or absent keeps it. */
  readonly mode?: 'model' | Preprocessing['mode'];
}

/** Shape and channel order of the network's input. */
export type InputShape = Pick<ModelInput, 'channels' | 'height' | 'width' | 'order'>;

/** Everything that `Preprocessor` does to a frame, resolved. */
export interface PreprocessPlan {
  readonly region: Region | null;
  readonly rotate: 0 | 90 | 180 | 270;
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly fit: 'fill' | 'cover' | 'contain';
  /** Size that the frame is resized to, before the turn. */
  readonly resize: { readonly width: number; readonly height: number };
  /** The part of the resized picture that is kept, or null for all of it; before the turn. */
  readonly crop: Region | null;
  /** The network's input, after the turn. */
  readonly input: InputShape;
}

const fits = { squash: 'fill', cover: 'cover', contain: 'contain' } as const;

/** Merges what the model's header asks for with the camera's view. Throws RangeError for what cannot work. */
export function planPreprocessing(input: InputShape, model: Preprocessing, view: CameraView = {}): PreprocessPlan {
  if (input.channels !== 1 && input.channels !== 3) {
    throw new RangeError(`a camera gives 1 or 3 channels; the model's input has ${input.channels}`);
  }
  const rotate = view.rotate ?? 0;
  const flip = view.flip ?? 'none';
  const mode = view.mode === undefined || view.mode === 'model' ? model.mode : view.mode;
  const [width, height] = model.resize ?? [input.width, input.height];
  const cropped = width !== input.width || height !== input.height;
  if (cropped && !model.crop) {
    throw new RangeError(
      `the model resizes to ${width}x${height} without a crop, but its input is ${input.width}x${input.height}`,
    );
  }
  if (width < input.width || height < input.height) {
    throw new RangeError(
      `the model crops ${input.width}x${input.height} out of ${width}x${height}: there is not enough`,
    );
  }
  // sharp works before the turn, so for a quarter turn its targets stand on their side
  const onSide = rotate === 90 || rotate === 270;
  const turn = <T>(across: T, down: T): { width: T; height: T } =>
    onSide ? { width: down, height: across } : { width: across, height: down };
  const resize = turn(width, height);
  const keep = turn(input.width, input.height);
  const crop = {
    x: Math.floor((resize.width - keep.width) / 2),
    y: Math.floor((resize.height - keep.height) / 2),
    ...keep,
  };
  return {
    region: view.region ?? null,
    rotate,
    flipX: flip === 'horizontal' || flip === 'both',
    flipY: flip === 'vertical' || flip === 'both',
    fit: fits[mode],
    resize,
    crop: cropped ? crop : null,
    input,
  };
}
