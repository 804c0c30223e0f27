// A few pictures with edges, colours and odd sizes; the same at each run.
import { join } from 'node:path';
import sharp from 'sharp';

export const pictureCount = 3;

export async function writePictures(folder) {
  for (let index = 0; index < pictureCount; index += 1) {
    const [width, height] = [160 + 37 * index, 120 + 23 * index];
    const colour = ['#c1121f', '#003049', '#f4d35e', '#2a9d8f'][index % 4];
    const drawing = `<svg width="${width}" height="${height}"><rect width="100%" height="100%" fill="#9aa5b1"/>
      <circle cx="${width / 2}" cy="${height / 2}" r="${height / 3}" fill="white" stroke="${colour}" stroke-width="${height / 10}"/>
      <rect x="${width / 2 - 8 - index}" y="${height / 3}" width="${16 + 2 * index}" height="${height / 3}" fill="#111"/></svg>`;
    await sharp(Buffer.from(drawing))
      .png()
      .toFile(join(folder, `picture-${index}.png`));
  }
}
