import { ZynqnetError } from '../../daemon/util/error.js';
import { limits } from './limits.js';

/** width, height, as the command line's WxH */
export type Size = readonly [number, number];

export interface ImportOptions {
  /** one label per line, in the order of the outputs */
  readonly labels?: string;
  /** size before the crop */
  readonly resize?: Size;
  readonly mode?: 'squash' | 'cover' | 'contain';
  /** size of the centre crop: the network's input */
  readonly crop?: Size;
  readonly order?: 'rgb' | 'bgr';
  /** one value, or one per channel in the network's order */
  readonly mean?: readonly number[];
  readonly scale?: readonly number[];
  /** the model's name; the weight file's by default */
  readonly name?: string;
}

/** "256x256" */
export function parseSize(text: string, what: string): Size {
  const match = /^(\d{1,5})x(\d{1,5})$/i.exec(text.trim());
  const size = match && ([Number(match[1]), Number(match[2])] as const);
  if (!size?.every((value) => value >= 1 && value <= limits.dimension)) {
    throw new ZynqnetError(
      'IMPORT_OPTIONS',
      `${what} '${text}': expected WIDTHxHEIGHT, each 1 to ${limits.dimension}, like 256x256`,
    );
  }
  return size;
}

/** "104,117,123" or "1" */
export function parseNumbers(text: string, what: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.length > 4 || !values.every((value) => Number.isFinite(value) && Math.abs(value) <= 1e6)) {
    throw new ZynqnetError(
      'IMPORT_OPTIONS',
      `${what} '${text}': expected one number, or one per channel like 104,117,123`,
    );
  }
  return values;
}

export function parseChoice<T extends string>(text: string, what: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    throw new ZynqnetError(
      'IMPORT_OPTIONS',
      `${what} '${text}': expected ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`,
    );
  }
  return found;
}
