import type { Frame } from '../../camera/frame.js';
import { messageOf, ZynqnetError } from '../../util/error.js';
import type { ErrorCode } from '../../util/error-codes.js';

/** What libvips and its loaders say, and what it means for a frame. The first match counts. */
const meanings: readonly { readonly says: RegExp; readonly code: ErrorCode; readonly means: string }[] = [
  {
    says: /exceeds pixel limit|too many pixels|dimensions? .*exceed|invalid .*large/i,
    code: 'FRAME_TOO_LARGE',
    means: 'the picture is too large',
  },
  {
    says: /extract_area|bad extract area/i,
    code: 'FRAME_REGION',
    means: 'preprocess.region reaches outside the picture',
  },
  {
    says: /unsupported image format|is empty|missing|not (a )?known/i,
    code: 'FRAME_FORMAT',
    means: 'this is not a readable picture (JPEG, PNG, WebP, GIF, TIFF, AVIF)',
  },
];

/** The error for a frame that sharp could not take; everything that is not known by its words counts as damage. */
export function frameError(frame: Frame, error: unknown): ZynqnetError {
  if (error instanceof ZynqnetError) return error;
  const said = messageOf(error).trim().replace(/\s+/g, ' ');
  const meaning = meanings.find(({ says }) => says.test(said));
  const code = meaning?.code ?? 'FRAME_DAMAGED';
  const means = meaning?.means ?? 'the picture is damaged or cut off';
  return new ZynqnetError(code, `${nameOf(frame)}: ${means} (${said})`, { cause: error });
}

export function nameOf(frame: Frame): string {
  return frame.origin ?? `frame ${frame.sequence}`;
}
