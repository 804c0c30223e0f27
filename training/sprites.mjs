// Draws the 43 signs of the scene camera for training: SIZE x SIZE RGBA each, as raw bytes. Run after `npx tsc`.
// node training/sprites.mjs SIZE OUT.u8
import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { signSvg, signs } from '../dist/daemon/camera/scene/signs/index.js';

const [size, out] = [Number(process.argv[2]), process.argv[3]];
if (!Number.isInteger(size) || size < 16 || out === undefined) throw new Error('node training/sprites.mjs SIZE OUT.u8');
const pictures = await Promise.all(
  signs.map((_, index) =>
    sharp(Buffer.from(signSvg(index, size)))
      .resize(size, size, { fit: 'fill' })
      .ensureAlpha()
      .raw()
      .toBuffer(),
  ),
);
writeFileSync(out, Buffer.concat(pictures));
