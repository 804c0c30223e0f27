import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../../daemon/camera/frame.js';
import type { CameraView, InputShape } from '../../../../../daemon/inference/preprocess/options.js';
import { createPreprocessor, MAX_FRAME_PIXELS } from '../../../../../daemon/inference/preprocess/preprocessor.js';

const squash = { mode: 'squash', resize: null, crop: false } as const;
const input = (width: number, height: number, over: Partial<InputShape> = {}): InputShape => ({
  channels: 3,
  width,
  height,
  order: 'rgb',
  ...over,
});

function frame(data: Uint8Array, format: Frame['format'], width = 0, height = 0): Frame {
  return { data, format, width, height, sequence: 7, capturedAtUtcMs: 0, capturedMs: 0 };
}

/** A picture whose pixel (x, y) is the value of `colour`. */
function picture(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Frame {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colour(x, y), (y * width + x) * 3);
  return frame(data, 'rgb24', width, height);
}

/** Four quarters: top left red, top right green, bottom left blue, bottom right white. */
const quarters = (size: number): Frame =>
  picture(size, size, (x, y) =>
    y < size / 2 ? (x < size / 2 ? [255, 0, 0] : [0, 255, 0]) : x < size / 2 ? [0, 0, 255] : [255, 255, 255],
  );

const names: Readonly<Record<string, string>> = { '255,0,0': 'R', '0,255,0': 'G', '0,0,255': 'B', '255,255,255': 'W' };
/** The four corner pixels as letters, top left, top right, bottom left, bottom right. */
function corners(pixels: Uint8Array, width: number, height: number): string {
  const at = (x: number, y: number) =>
    names[[...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)].join()] ?? '?';
  return at(0, 0) + at(width - 1, 0) + at(0, height - 1) + at(width - 1, height - 1);
}

const run = (
  from: Frame,
  shape: InputShape,
  view: CameraView = {},
  options: Parameters<typeof createPreprocessor>[1] = squash,
) => createPreprocessor(shape, options, view).run(from);

describe('geometry', () => {
  it.each([
    [0, 'none', 'RGBW'],
    [90, 'none', 'BRWG'],
    [180, 'none', 'WBGR'],
    [270, 'none', 'GWRB'],
    [0, 'horizontal', 'GRWB'],
    [0, 'vertical', 'BWRG'],
    [0, 'both', 'WBGR'],
    [90, 'horizontal', 'RBGW'],
    [90, 'vertical', 'WGBR'],
    [270, 'both', 'BRWG'],
  ] as const)('turns by %i and mirrors %s', async (rotate, flip, expected) => {
    expect(corners(await run(quarters(32), input(16, 16), { rotate, flip }), 16, 16)).toBe(expected);
  });

  it('turns into inputs that are not square', async () => {
    for (const rotate of [90, 270] as const) {
      const pixels = await run(quarters(64), input(24, 10), { rotate });
      expect(pixels).toHaveLength(24 * 10 * 3);
      expect(corners(pixels, 24, 10)).toBe(rotate === 90 ? 'BRWG' : 'GWRB');
    }
  });

  it('agrees pixel by pixel with sharp on turned, mirrored, oblong pictures', async () => {
    const source = picture(40, 24, (x, y) => [x * 6, y * 10, (x * y) & 255]);
    for (const rotate of [0, 90, 180, 270] as const) {
      for (const flip of ['none', 'horizontal', 'vertical', 'both'] as const) {
        const onSide = rotate % 180 === 90;
        const shape = onSide ? input(24, 40) : input(40, 24);
        let image = sharp(
          await sharp(source.data, { raw: { width: 40, height: 24, channels: 3 } })
            .rotate(rotate)
            .png()
            .toBuffer(),
        );
        if (flip === 'horizontal' || flip === 'both') image = image.flop();
        if (flip === 'vertical' || flip === 'both') image = image.flip();
        const expected = await image.raw().toBuffer();
        expect(Buffer.from(await run(source, shape, { rotate, flip })).equals(expected), `${rotate} ${flip}`).toBe(
          true,
        );
      }
    }
  });

  it('cuts the region out before everything else', async () => {
    const view = { region: { x: 32, y: 0, width: 32, height: 32 } };
    expect(corners(await run(quarters(64), input(8, 8), view), 8, 8)).toBe('GGGG');
    expect(
      corners(
        await run(quarters(64), input(8, 8), { region: { x: 16, y: 0, width: 48, height: 32 }, rotate: 90 }),
        8,
        8,
      ),
    ).toBe('RRGG');
  });

  it('covers: the middle of the longer side stays, nothing is distorted', async () => {
    const bars = picture(80, 40, (x) => (x < 16 || x >= 64 ? [255, 0, 0] : [0, 255, 0]));
    expect(corners(await run(bars, input(20, 20), {}, { ...squash, mode: 'cover' }), 20, 20)).toBe('GGGG');
  });

  it('contains: everything stays, the rest is black', async () => {
    const white = picture(80, 40, () => [255, 255, 255]);
    const pixels = await run(white, input(20, 20), {}, { ...squash, mode: 'contain' });
    expect([...pixels.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect([...pixels.subarray((10 * 20 + 10) * 3, (10 * 20 + 10) * 3 + 3)]).toEqual([255, 255, 255]);
    expect([...pixels.subarray(19 * 20 * 3, 19 * 20 * 3 + 3)]).toEqual([0, 0, 0]);
  });

  it('squashes: everything stays and fills the input', async () => {
    const wide = picture(80, 40, (x) => (x < 40 ? [255, 0, 0] : [0, 255, 0]));
    expect(corners(await run(wide, input(20, 20)), 20, 20)).toBe('RGRG');
  });

  it("the camera's mode takes the place of the model's", async () => {
    const bars = picture(80, 40, (x) => (x < 16 || x >= 64 ? [255, 0, 0] : [0, 255, 0]));
    expect(corners(await run(bars, input(20, 20), { mode: 'cover' }), 20, 20)).toBe('GGGG');
    expect(corners(await run(bars, input(20, 20), { mode: 'model' }), 20, 20)).toBe('RRRR');
  });

  it('resizes and then crops the centre, as Caffe models want: 256x256, then 227x227', async () => {
    // one source pixel per resized pixel, so the crop is exact: (256 - 227) / 2 rounded down is 14
    const source = picture(256, 256, (x, y) => [x, y, 0]);
    const pixels = await run(source, input(227, 227), {}, { mode: 'squash', resize: [256, 256], crop: true });
    expect([...pixels.subarray(0, 3)]).toEqual([14, 14, 0]);
    expect([...pixels.subarray(-3)]).toEqual([240, 240, 0]);
  });

  it('refuses what cannot work', () => {
    expect(() => createPreprocessor(input(8, 8, { channels: 2 }), squash)).toThrow(RangeError);
    expect(() => createPreprocessor(input(8, 8), { mode: 'squash', resize: [9, 9], crop: false })).toThrow(RangeError);
    expect(() => createPreprocessor(input(8, 8), { mode: 'squash', resize: [7, 9], crop: true })).toThrow(RangeError);
  });
});

describe('colours', () => {
  const orange = [250, 130, 10] as const;
  const flat = (colour: readonly [number, number, number]) => picture(16, 16, () => colour);

  it('gives RGB or BGR as the model wants, whatever the camera sends', async () => {
    const rgb = flat(orange);
    const bgr = { ...flat([10, 130, 250]), format: 'bgr24' as const };
    for (const source of [rgb, bgr]) {
      expect([...(await run(source, input(8, 8))).subarray(0, 3)]).toEqual([250, 130, 10]);
      expect([...(await run(source, input(8, 8, { order: 'bgr' }))).subarray(0, 3)]).toEqual([10, 130, 250]);
    }
  });

  it('mirrors and swaps channels in one go', async () => {
    const half = picture(16, 16, (x) => (x < 8 ? orange : [0, 0, 255]));
    const pixels = await run(half, input(8, 8, { order: 'bgr' }), { flip: 'horizontal' });
    expect([...pixels.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...pixels.subarray(21, 24)]).toEqual([10, 130, 250]);
  });

  it('makes three channels of grey and one of colour', async () => {
    const grey = frame(new Uint8Array(16 * 16).fill(90), 'gray8', 16, 16);
    expect([...(await run(grey, input(8, 8))).subarray(0, 3)]).toEqual([90, 90, 90]);
    const one = await run(flat([90, 90, 90]), input(8, 8, { channels: 1 }));
    expect(one).toHaveLength(64);
    expect(Math.abs((one[0] as number) - 90)).toBeLessThanOrEqual(1);
    expect([...(await run(grey, input(8, 8, { channels: 1 })))]).toEqual(Array(64).fill(90));
  });

  const encoded = async (make: (image: Sharp) => Sharp) =>
    frame(await make(sharp(flat(orange).data, { raw: { width: 16, height: 16, channels: 3 } })).toBuffer(), 'encoded');
  const first = async (source: Frame) => [...(await run(source, input(8, 8))).subarray(0, 3)];
  const near = (pixel: number[], wanted: readonly number[], by: number) => {
    expect(pixel).toHaveLength(3);
    for (const [i, value] of pixel.entries())
      expect(Math.abs(value - (wanted[i] as number)), `${pixel}`).toBeLessThanOrEqual(by);
  };

  it('reads grey, alpha (on black), palette, 16-bit and CMYK images', async () => {
    near(await first(await encoded((image) => image.greyscale().png())), [163, 163, 163], 2);
    near(await first(await encoded((image) => image.ensureAlpha(0.5).png())), [125, 65, 5], 2);
    near(await first(await encoded((image) => image.ensureAlpha(0).png())), [0, 0, 0], 0);
    near(await first(await encoded((image) => image.png({ palette: true }))), orange, 4);
    near(await first(await encoded((image) => image.toColourspace('rgb16').png())), orange, 1);
    near(await first(await encoded((image) => image.toColourspace('cmyk').jpeg({ quality: 100 }))), orange, 40);
    near(await first(await encoded((image) => image.toColourspace('b-w').ensureAlpha(0.5).png())), [82, 82, 82], 3);
    near(await first(await encoded((image) => image.webp({ lossless: true }))), orange, 1);
    near(await first(await encoded((image) => image.tiff())), orange, 1);
    near(await first(await encoded((image) => image.gif())), orange, 10);
  });

  it('turns files as their EXIF orientation says, and camera frames not at all', async () => {
    const jpeg = await sharp(quarters(64).data, { raw: { width: 64, height: 64, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const letter = (pixels: Uint8Array, x: number, y: number): string => {
      const [r = 0, g = 0, b = 0] = pixels.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3);
      return r > 200 && g > 200 ? 'W' : r > 200 ? 'R' : g > 200 ? 'G' : b > 200 ? 'B' : '?';
    };
    const look = (pixels: Uint8Array): string =>
      letter(pixels, 1, 1) + letter(pixels, 14, 1) + letter(pixels, 1, 14) + letter(pixels, 14, 14);
    expect(look(await run(frame(jpeg, 'encoded'), input(16, 16)))).toBe('BRWG');
    expect(look(await run(frame(jpeg, 'jpeg'), input(16, 16)))).toBe('RGBW');
    const region = { x: 32, y: 0, width: 32, height: 32 };
    expect(
      look(await run(frame(jpeg, 'encoded'), input(16, 16), { region })),
      'the region counts in the turned picture',
    ).toBe('RRRR');
  });

  it('shrinks a JPEG while decoding without changing what is seen', async () => {
    const source = picture(640, 480, (x, y) => [
      (x * 255) / 640,
      (y * 255) / 480,
      ((x >> 4) + (y >> 4)) & 1 ? 200 : 60,
    ]);
    const raw = { width: 640, height: 480, channels: 3 } as const;
    const jpeg = await sharp(source.data, { raw }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    const shrunk = await run(frame(jpeg, 'jpeg', 640, 480), input(64, 64), { mode: 'cover' });
    const full = await run(frame(await sharp(jpeg).raw().toBuffer(), 'rgb24', 640, 480), input(64, 64), {
      mode: 'cover',
    });
    let difference = 0;
    for (const [i, value] of full.entries()) difference += Math.abs(value - (shrunk[i] as number));
    expect(difference / full.length).toBeLessThan(1.5);
  });
});

describe('bad frames', () => {
  const shape = input(8, 8);
  const code = async (bad: Frame, view?: CameraView) =>
    run(bad, shape, view).then(
      () => 'no error',
      (error) => `${error.code}: ${error.message}`,
    );

  it('refuses what is no picture', async () => {
    expect(await code(frame(Buffer.from('hello, this is no picture'), 'encoded'))).toMatch(/^FRAME_FORMAT: frame 7: /);
    expect(await code(frame(new Uint8Array(0), 'jpeg'))).toMatch(/^FRAME_FORMAT/);
    expect(await code(frame(Buffer.alloc(9000, 0xff), 'jpeg'))).toMatch(/^FRAME_FORMAT/);
    expect(await code({ ...frame(Buffer.from('x'), 'encoded'), origin: '/photos/x.jpg' })).toContain('/photos/x.jpg');
  });

  it('refuses pictures that are cut off, wherever the cut is', async () => {
    const whole = await sharp(picture(320, 240, (x, y) => [x & 255, y, (x * y) & 255]).data, {
      raw: { width: 320, height: 240, channels: 3 },
    })
      .jpeg()
      .toBuffer();
    expect(await code(frame(whole, 'jpeg'))).toBe('no error');
    for (const share of [0.02, 0.2, 0.5, 0.9]) {
      expect(await code(frame(whole.subarray(0, whole.length * share), 'jpeg')), `${share}`).toMatch(
        /^FRAME_(DAMAGED|FORMAT)/,
      );
    }
    const png = await sharp(whole).png().toBuffer();
    expect(await code(frame(png.subarray(0, png.length / 2), 'encoded'))).toMatch(/^FRAME_DAMAGED/);
  });

  it('refuses raw frames whose bytes do not add up', async () => {
    expect(await code(frame(new Uint8Array(16 * 16 * 3 - 1), 'rgb24', 16, 16))).toMatch(/^FRAME_SIZE/);
    expect(await code(frame(new Uint8Array(16 * 16 * 3), 'gray8', 16, 16))).toMatch(/^FRAME_SIZE/);
  });

  it('refuses 1x1, in whatever form', async () => {
    expect(await code(frame(new Uint8Array(3), 'rgb24', 1, 1))).toMatch(/^FRAME_TOO_SMALL/);
    const one = sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } });
    expect(await code(frame(await one.png().toBuffer(), 'encoded'))).toMatch(/^FRAME_TOO_SMALL/);
    expect(await code(frame(await one.jpeg().toBuffer(), 'jpeg'))).toMatch(/^FRAME_TOO_SMALL/);
  });

  it('refuses 8000x8000, before it is decoded', async () => {
    expect(8000 * 8000).toBeGreaterThan(MAX_FRAME_PIXELS);
    // only the header says so; nothing of that size is ever made
    const huge = await sharp(quarters(16).data, { raw: { width: 16, height: 16, channels: 3 } })
      .jpeg()
      .toBuffer();
    const startOfFrame = huge.indexOf(Buffer.from([0xff, 0xc0]));
    huge.writeUInt16BE(8000, startOfFrame + 5);
    huge.writeUInt16BE(8000, startOfFrame + 7);
    expect(await code(frame(huge, 'jpeg'))).toMatch(/^FRAME_TOO_LARGE/);
    expect(await code(frame(huge, 'encoded', 8000, 8000))).toMatch(/^FRAME_TOO_LARGE/);
  });

  it('refuses what is so long and thin that covering the input would take all memory', async () => {
    const ribbon = await sharp({ create: { width: 8, height: 60_000, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const preprocessor = createPreprocessor(input(256, 256), { ...squash, mode: 'cover' });
    await expect(preprocessor.run(frame(ribbon, 'encoded'))).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' });
    await expect(run(frame(ribbon, 'encoded'), input(64, 64))).resolves.toHaveLength(64 * 64 * 3);
  });

  it('refuses a region that reaches outside the frame', async () => {
    const region = { x: 10, y: 0, width: 10, height: 10 };
    expect(await code(quarters(16), { region })).toMatch(/^FRAME_REGION/);
    const jpeg = await sharp(quarters(16).data, { raw: { width: 16, height: 16, channels: 3 } })
      .jpeg()
      .toBuffer();
    expect(await code(frame(jpeg, 'jpeg'), { region })).toMatch(/^FRAME_REGION/);
  });

  it('goes on after each of them, also with many at once', async () => {
    const bad = frame(Buffer.from('nothing'), 'encoded');
    const results = await Promise.allSettled(
      Array.from({ length: 24 }, (_, i) => run(i % 2 ? bad : quarters(16), shape)),
    );
    expect(results.map(({ status }) => status)).toEqual(
      Array.from({ length: 24 }, (_, i) => (i % 2 ? 'rejected' : 'fulfilled')),
    );
  });
});
