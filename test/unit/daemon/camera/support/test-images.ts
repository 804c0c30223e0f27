import sharp from 'sharp';

/** A small JPEG whose colour tells which one it is. */
export function jpeg(shade: number, width = 64, height = 48): Promise<Buffer> {
  const background = { r: shade & 255, g: (shade * 7) & 255, b: 128 };
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

export function png(shade: number, width = 32, height = 32): Promise<Buffer> {
  const background = { r: shade & 255, g: 40, b: 200 };
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}
