import sharp from 'sharp';
import { FRAME_HEIGHT, FRAME_WIDTH } from './episode.js';
import type { SceneFrame } from './renderer.js';

/** A scene frame as a camera with an MJPG sensor would send it: JPEG at the episode's quality, chroma subsampled. */
export function encodeScene(frame: SceneFrame): Promise<Buffer> {
  return sharp(frame.rgb, { raw: { width: FRAME_WIDTH, height: FRAME_HEIGHT, channels: 3 } })
    .jpeg({ quality: frame.episode.jpegQuality, chromaSubsampling: '4:2:0' })
    .toBuffer();
}
