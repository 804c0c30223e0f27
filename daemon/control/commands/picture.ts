import sharp, { type Sharp } from 'sharp';
import { type Frame, rawBytes } from '../../camera/frame.js';
import type { Region } from '../../inference/preprocess/options.js';
import { MAX_FRAME_PIXELS } from '../../inference/preprocess/preprocessor.js';
import type { ResultPayload } from '../../mqtt/topics/payloads.js';
import { textPath, textWidth } from './overlay-text.js';

export interface PictureOptions {
  /** Smaller ones are not enlarged. */
  readonly maxWidth: number;
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
  /** What to draw over it, if anything. */
  readonly overlay: { readonly result: ResultPayload; readonly region: Region | null } | null;
}

export interface Picture {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A frame as JPEG, upright, with its answer and the region of interest drawn over it if that is wanted. */
export async function takePicture(frame: Frame, { maxWidth, quality, overlay }: PictureOptions): Promise<Picture> {
  const { data, info } = await open(frame)
    .resize({ width: maxWidth, withoutEnlargement: true })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let image = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  if (overlay !== null) {
    const scale = frame.width > 0 ? info.width / frame.width : 1;
    image = image.composite([{ input: Buffer.from(drawing(info, scale, overlay)) }]);
  }
  return { jpeg: await image.jpeg({ quality }).toBuffer(), width: info.width, height: info.height };
}

function open(frame: Frame): Sharp {
  const { format, width, height } = frame;
  const common = { limitInputPixels: MAX_FRAME_PIXELS, sequentialRead: true };
  if (rawBytes(format, width, height) === undefined) {
    return sharp(frame.data, { ...common, autoOrient: format === 'encoded' });
  }
  const data = format === 'bgr24' ? swapped(frame.data) : frame.data;
  return sharp(data, { ...common, raw: { width, height, channels: format === 'gray8' ? 1 : 3 } });
}

function swapped(bgr: Uint8Array): Uint8Array {
  const rgb = Uint8Array.from(bgr);
  for (let index = 0; index + 2 < rgb.length; index += 3) {
    rgb[index] = bgr[index + 2] ?? 0;
    rgb[index + 2] = bgr[index] ?? 0;
  }
  return rgb;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function drawing(
  { width, height }: Size,
  scale: number,
  { result, region }: NonNullable<PictureOptions['overlay']>,
): string {
  const best = result.top[0];
  const answer = best === undefined ? 'none' : `${best.label.slice(0, 40)} ${Math.round(best.probability * 100)} %`;
  const where = `${result.camera.slice(0, 24)} ${result.capturedAt.slice(0, 19).replace('T', ' ')}`;
  const bar = Math.max(14, Math.round(height / 16));
  const fitted = (text: string) => Math.min(bar * 0.6, ((width - bar) * 7) / Math.max(1, textWidth(text)));
  const frame =
    region === null
      ? ''
      : `<rect x="${region.x * scale}" y="${region.y * scale}" width="${region.width * scale}" height="${region.height * scale}"` +
        ` fill="none" stroke="#ffb000" stroke-width="${Math.max(1, bar / 10)}"/>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${frame}` +
    `<rect width="${width}" height="${bar}" fill="#000a"/><rect y="${height - bar}" width="${width}" height="${bar}" fill="#000a"/>` +
    `<path fill="#fff" d="${textPath(where, bar / 2, bar * 0.2, fitted(where))}"/>` +
    `<path fill="#fff" d="${textPath(answer, bar / 2, height - bar * 0.8, fitted(answer))}"/></svg>`
  );
}
