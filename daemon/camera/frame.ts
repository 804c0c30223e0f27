/** How the bytes of a frame are laid out. `jpeg` comes from a camera; `encoded` is any image file, with its EXIF orientation. */
export type FrameFormat = 'rgb24' | 'bgr24' | 'gray8' | 'jpeg' | 'encoded';

/** What a frame really shows, where that is known: by the scene camera, or from a labelled file. */
export interface FrameTruth {
  readonly index: number;
  readonly label: string;
  /** In frame pixels. */
  readonly box?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** One picture. Its bytes belong to the frame: no source writes to them again. */
export interface Frame {
  readonly data: Uint8Array;
  readonly format: FrameFormat;
  /** Pixels; 0 where an encoded picture's header has not been read. */
  readonly width: number;
  readonly height: number;
  /** Counts from 0 at each start of the source; gaps are frames that the camera or its driver lost. */
  readonly sequence: number;
  /** UTC, milliseconds since 1970, as far as the clock is right. */
  readonly capturedAtUtcMs: number;
  /** The same moment on the monotonic clock of `performance.now()`. */
  readonly capturedMs: number;
  /** e.g. the file's name. */
  readonly origin?: string;
  readonly truth?: FrameTruth;
}

/** Bytes that a raw frame of this format must have; undefined for encoded ones. */
export function rawBytes(format: FrameFormat, width: number, height: number): number | undefined {
  if (format === 'gray8') return width * height;
  if (format === 'rgb24' || format === 'bgr24') return width * height * 3;
  return undefined;
}
