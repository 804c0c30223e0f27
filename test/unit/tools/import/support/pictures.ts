import sharp from 'sharp';

/** Interleaved RGB. */
export interface Picture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

export async function readPicture(file: string): Promise<Picture> {
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** The middle of a picture; an odd margin is one smaller at the top and left, as the reference answers were made. */
export function centreCrop({ pixels, width, height }: Picture, size: number): Picture {
  const [left, top] = [Math.floor((width - size) / 2), Math.floor((height - size) / 2)];
  const result = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * width + left) * 3;
    result.set(pixels.subarray(start, start + size * 3), y * size * 3);
  }
  return { pixels: result, width: size, height: size };
}

/** Bilinear between the four nearest pixels (no averaging), one axis after the other. */
export function squash(picture: Picture, size: number): Picture {
  return scaleAxis(scaleAxis(picture, size, 'width'), size, 'height');
}

function scaleAxis({ pixels, width, height }: Picture, size: number, axis: 'width' | 'height'): Picture {
  const across = axis === 'width';
  const length = across ? width : height;
  const result = { width: across ? size : width, height: across ? height : size, pixels: new Uint8Array() };
  result.pixels = new Uint8Array(result.width * result.height * 3);
  const step = across ? 3 : width * 3;
  for (let y = 0; y < result.height; y++) {
    for (let x = 0; x < result.width; x++) {
      const position = ((across ? x : y) + 0.5) * (length / size) - 0.5;
      const low = Math.floor(position);
      const fraction = position - low;
      const [a, b] = [Math.max(0, low), Math.min(length - 1, low + 1)];
      const line = across ? y * width * 3 : x * 3;
      for (let c = 0; c < 3; c++) {
        const [first, second] = [pixels[line + a * step + c] as number, pixels[line + b * step + c] as number];
        result.pixels[(y * result.width + x) * 3 + c] = Math.round(first + fraction * (second - first));
      }
    }
  }
  return result;
}
