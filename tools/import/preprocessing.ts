import type { Preprocessing } from '../../daemon/model/header.js';
import { ZynqnetError } from '../../daemon/util/error.js';
import type { Normalisation, Shape } from './graph/nodes.js';
import type { ImportOptions } from './import-options.js';

/** What the source format suggests where the user says nothing. */
export interface Defaults {
  readonly order: 'rgb' | 'bgr';
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** why, for the user */
  readonly reason: string;
}

/** Frames to pixels: `resize` and `crop` checked against the network's input. Notes what was assumed. */
export function preprocessingFor(shape: Shape, options: ImportOptions, notes: string[]): Preprocessing {
  const input = [shape.width, shape.height] as const;
  const { resize, crop } = options;
  if (crop !== undefined && crop.join() !== input.join()) {
    refuse(`--crop ${crop.join('x')}: the network's input is ${input.join('x')}, so the crop must be too`);
  }
  if (resize === undefined || resize.join() === input.join()) {
    // a crop without a larger picture around it: the shorter side fits, the rest falls away
    const mode = options.mode ?? (crop === undefined ? 'squash' : 'cover');
    if (options.mode === undefined) notes.push(`frames are fitted by '${mode}' (--mode squash, cover or contain)`);
    return { mode, resize: null, crop: false };
  }
  if (resize[0] < input[0] || resize[1] < input[1]) {
    refuse(`--resize ${resize.join('x')} is smaller than the network's input, ${input.join('x')}`);
  }
  if (crop === undefined) {
    refuse(`--resize ${resize.join('x')} is larger than the network's input; add --crop ${input.join('x')}`);
  }
  const mode = options.mode ?? 'squash';
  if (options.mode === undefined) notes.push(`frames are fitted by '${mode}' (--mode squash, cover or contain)`);
  return { mode, resize: [resize[0], resize[1]], crop: true };
}

/** Pixels to numbers: real = (pixel - mean) * scale per channel. Notes what was assumed. */
export function normalisationFor(channels: number, options: ImportOptions, defaults: Defaults, notes: string[]) {
  const order = options.order ?? defaults.order;
  const mean = perChannel(options.mean ?? defaults.mean, channels, '--mean');
  const scale = perChannel(options.scale ?? defaults.scale, channels, '--scale');
  if (scale.some((value) => value === 0)) refuse('--scale 0 would make every picture black');
  const assumed = [
    ...(options.order === undefined && channels > 1 ? [`order ${order}`] : []),
    ...(options.mean === undefined ? [`mean ${mean.join(',')}`] : []),
    ...(options.scale === undefined ? [`scale ${[...new Set(scale)].join(',')}`] : []),
  ];
  if (assumed.length > 0) notes.push(`assumed ${assumed.join(', ')}: ${defaults.reason} (--order, --mean, --scale)`);
  const normalisation: Normalisation = { mean, scale };
  return { order, normalisation };
}

function perChannel(values: readonly number[], channels: number, what: string): number[] {
  if (values.length === 1) return new Array(channels).fill(values[0]);
  if (values.length !== channels)
    refuse(`${what} ${values.join(',')}: ${values.length} values for ${channels} channels`);
  return [...values];
}

function refuse(message: string): never {
  throw new ZynqnetError('IMPORT_OPTIONS', message);
}
