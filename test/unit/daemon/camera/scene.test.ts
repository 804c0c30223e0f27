import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { LineBlur } from '../../../../daemon/camera/scene/blur.js';
import { planEpisode, signAt } from '../../../../daemon/camera/scene/episode.js';
import { Random } from '../../../../daemon/camera/scene/random.js';
import { SceneRenderer } from '../../../../daemon/camera/scene/renderer.js';
import { NO_SIGN, signSvg, signs } from '../../../../daemon/camera/scene/signs/index.js';
import { adjoint, boundsOf, drawSprite, type Quad, squareToQuad } from '../../../../daemon/camera/scene/warp.js';
import { createPreprocessor } from '../../../../daemon/inference/preprocess/preprocessor.js';
import { dumpScenes } from '../../../../tools/scene/dump.js';

describe('the drawings', () => {
  const size = 48;
  const pixelsOf = (index: number) =>
    sharp(Buffer.from(signSvg(index, size)))
      .ensureAlpha()
      .raw()
      .toBuffer();

  it('are 43, each different, none with text that would need a font', async () => {
    expect(signs).toHaveLength(43);
    expect(new Set(signs.map(({ label }) => label)).size).toBe(43);
    expect(signs.some(({ body }) => /<text|font/i.test(body))).toBe(false);
    const drawn = await Promise.all(signs.map((_, index) => pixelsOf(index)));
    for (const [i, one] of drawn.entries()) {
      for (const [j, other] of drawn.slice(i + 1).entries()) {
        let different = 0;
        for (let p = 0; p < one.length; p += 4)
          if (Math.abs((one[p + 1] as number) - (other[p + 1] as number)) > 60) different += 1;
        expect(different, `${signs[i]?.label} and ${signs[i + 1 + j]?.label}`).toBeGreaterThan(size * size * 0.01);
      }
    }
  });

  it('fill their box and are transparent outside the plate', async () => {
    for (const index of signs.keys()) {
      const pixels = await pixelsOf(index);
      const alpha = (x: number, y: number) => pixels[(y * size + x) * 4 + 3] as number;
      expect(alpha(size / 2, size / 2), `${index}`).toBe(255);
      expect(
        [alpha(0, 0), alpha(size - 1, 0), alpha(0, size - 1), alpha(size - 1, size - 1)].filter((a) => a === 0).length,
      ).toBeGreaterThanOrEqual(2);
    }
  });

  it('mirror where the signs do', async () => {
    const differ = async (left: number, right: number) => {
      const flopped = await sharp(await pixelsOf(left), { raw: { width: size, height: size, channels: 4 } })
        .flop()
        .raw()
        .toBuffer();
      const other = await pixelsOf(right);
      return flopped.reduce((sum, value, i) => sum + Math.abs(value - (other[i] as number)), 0) / flopped.length;
    };
    for (const [left, right] of [
      [19, 20],
      [33, 34],
      [36, 37],
      [38, 39],
    ] as const)
      expect(await differ(left, right)).toBeLessThan(3);
    expect(await differ(19, 19)).toBeGreaterThan(3);
  });
});

describe('episodes', () => {
  const episodes = Array.from({ length: 1500 }, (_, index) => planEpisode(11, index, { emptyShare: 0.2 }));

  it('last 20 to 60 frames, show every sign, and one in five shows none', () => {
    expect(Math.min(...episodes.map(({ length }) => length))).toBe(20);
    expect(Math.max(...episodes.map(({ length }) => length))).toBe(60);
    expect(new Set(episodes.map(({ sign }) => sign)).size).toBe(44);
    const empty = episodes.filter(({ sign }) => sign === NO_SIGN).length / episodes.length;
    expect(empty).toBeGreaterThan(0.16);
    expect(empty).toBeLessThan(0.24);
  });

  it('keep the sign wholly inside the centre square, filling about half to all of its height, and moving little by little', () => {
    const heights: number[] = [];
    const seen = { left: 640, top: 480, right: 0, bottom: 0, step: 0 };
    for (const episode of episodes.filter(({ sign }) => sign !== NO_SIGN).slice(0, 400)) {
      let before: { left: number; top: number } | undefined;
      for (let frame = 0; frame < episode.length; frame++) {
        const { left, top, right, bottom } = boundsOf(signAt(episode, frame).quad);
        seen.left = Math.min(seen.left, left);
        seen.top = Math.min(seen.top, top);
        seen.right = Math.max(seen.right, right);
        seen.bottom = Math.max(seen.bottom, bottom);
        if (before) seen.step = Math.max(seen.step, Math.hypot(left - before.left, top - before.top));
        heights.push((bottom - top) / 480);
        before = { left, top };
      }
    }
    expect(seen.left).toBeGreaterThanOrEqual(80);
    expect(seen.right).toBeLessThanOrEqual(560);
    expect(seen.top).toBeGreaterThanOrEqual(0);
    expect(seen.bottom).toBeLessThanOrEqual(480);
    expect(seen.step).toBeLessThan(60);
    heights.sort((a, b) => a - b);
    expect(heights[0]).toBeGreaterThan(0.2);
    expect(heights[Math.floor(heights.length / 20)]).toBeGreaterThan(0.42);
    expect(heights[Math.floor(heights.length * 0.95)]).toBeGreaterThan(0.75);
  });
});

describe('SceneRenderer', () => {
  it('draws the same bytes for the same seed, and others for another', async () => {
    const draw = async (seed: number) => {
      const renderer = new SceneRenderer({ seed });
      const frames: { bytes: Buffer; truth: unknown }[] = [];
      for (let i = 0; i < 6; i++) {
        if (i % 2) await renderer.skipEpisode();
        const { rgb, truth } = await renderer.next();
        frames.push({ bytes: Buffer.from(rgb), truth });
      }
      return frames;
    };
    const [once, again, other] = [await draw(3), await draw(3), await draw(4)];
    for (const [i, frame] of once.entries()) {
      expect(frame.bytes.equals(again[i]?.bytes ?? Buffer.alloc(0))).toBe(true);
      expect(frame.truth).toEqual(again[i]?.truth);
      expect(frame.bytes.equals(other[i]?.bytes ?? Buffer.alloc(0))).toBe(false);
    }
  });

  it('tells where the sign is: there is more to see inside the box than around it', async () => {
    const renderer = new SceneRenderer({ seed: 8, emptyShare: 0 });
    let inside = 0;
    let outside = 0;
    for (let i = 0; i < 12; i++) {
      await renderer.skipEpisode();
      const { rgb, truth } = await renderer.next();
      expect(truth.index).toBeLessThan(43);
      expect(truth.label).toBe(signs[truth.index]?.label);
      const { x, y, width, height } = truth.box ?? { x: 0, y: 0, width: 0, height: 0 };
      const edges = (left: number, top: number, w: number, h: number) => {
        let sum = 0;
        for (let row = Math.round(top); row < top + h - 1; row++) {
          for (let column = Math.round(left); column < left + w - 1; column++) {
            const at = (row * 640 + column) * 3;
            sum += Math.abs((rgb[at] as number) - (rgb[at + 3] as number));
          }
        }
        return sum / (w * h);
      };
      inside += edges(x, y, width, height);
      outside += edges(0, 0, 640, 480);
    }
    expect(inside).toBeGreaterThan(outside * 1.15);
  });

  it('goes on from one episode to the next by itself', async () => {
    const renderer = new SceneRenderer({ seed: 21 });
    const first = await renderer.next();
    renderer.skipFrames(first.episode.length - 1);
    const next = await renderer.next();
    expect(next).toMatchObject({ step: 0, episode: { index: first.episode.index + 1 } });
  });
});

describe('scene dump', () => {
  it('writes preprocessed frames and their truth, the same for the same seed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'zynqnetd-dump-'));
    const preprocessor = createPreprocessor(
      { channels: 3, width: 32, height: 32, order: 'rgb' },
      { mode: 'cover', resize: null, crop: false },
    );
    const options = { count: 5, seed: 2, perEpisode: 2, emptyShare: 0.2 };
    const files: Buffer[] = [];
    for (const name of ['a', 'b']) {
      await dumpScenes({ ...options, folder: path.join(folder, name), preprocess: (frame) => preprocessor.run(frame) });
      files.push(await readFile(path.join(folder, name, 'frames.u8')));
    }
    expect(files[0]).toHaveLength(5 * 32 * 32 * 3);
    expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(true);
    const lines = (await readFile(path.join(folder, 'a', 'truth.csv'), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe('index,class,label,episode,step,x,y,width,height');
    for (const line of lines.slice(1)) expect(line.split(',')).toHaveLength(9);
    await dumpScenes({ ...options, count: 2, folder: path.join(folder, 'c') });
    expect((await sharp(path.join(folder, 'c', '000001.jpg')).metadata()).width).toBe(640);
    await rm(folder, { recursive: true });
  });
});

describe('Random', () => {
  it('is even, and its streams are different', () => {
    const random = new Random(1);
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const bucket = Math.floor(random.range(0, 10));
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(new Random(1, 1).uint32()).not.toBe(new Random(1, 2).uint32());
    expect(new Random(1, 1).uint32()).toBe(new Random(1, 1).uint32());
  });
});

describe('warping', () => {
  const quad: Quad = [
    { x: 10, y: 5 },
    { x: 50, y: 12 },
    { x: 44, y: 55 },
    { x: 6, y: 40 },
  ];

  it('takes the corners to the corners, and back', () => {
    const apply = (m: readonly number[], x: number, y: number) => {
      const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
      const w = g * x + h * y + i;
      return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
    };
    const matrix = squareToQuad(quad);
    const square = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as const;
    for (const [i, [u, v]] of square.entries()) {
      const to = apply(matrix, u, v);
      expect(to.x).toBeCloseTo(quad[i]?.x ?? 0, 9);
      expect(to.y).toBeCloseTo(quad[i]?.y ?? 0, 9);
      const back = apply(adjoint(matrix), to.x, to.y);
      expect(back.x).toBeCloseTo(u, 9);
      expect(back.y).toBeCloseTo(v, 9);
    }
  });

  it('blends: what is opaque covers, what is transparent does not', () => {
    const canvas = { width: 64, height: 64, pixels: new Uint32Array(64 * 64).fill(0xff204060) };
    const half = Uint32Array.from({ length: 32 * 32 }, (_, i) => (i % 32 < 16 ? 0xff0000ff : 0));
    drawSprite(canvas, { levels: [{ size: 32, pixels: half }] }, [
      { x: 16, y: 16 },
      { x: 48, y: 16 },
      { x: 48, y: 48 },
      { x: 16, y: 48 },
    ]);
    expect(canvas.pixels[32 * 64 + 20]).toBe(0xff0000ff);
    expect(canvas.pixels[32 * 64 + 44]).toBe(0xff204060);
    expect(canvas.pixels[5 * 64 + 5]).toBe(0xff204060);
  });
});

describe('LineBlur', () => {
  it('leaves an even picture as it is and spreads a dot evenly along its direction', () => {
    const blur = new LineBlur(21);
    const grey = { width: 21, height: 21, pixels: new Uint32Array(21 * 21).fill(0xff646464) };
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
      [1, 1],
      [-2, 1],
      [1, 3],
    ] as const)
      blur.run(grey, dx, dy, 3, 1);
    for (const pixel of grey.pixels) expect(Math.abs((pixel & 255) - 0x64)).toBeLessThanOrEqual(1);
    const dot = { width: 21, height: 21, pixels: new Uint32Array(21 * 21).fill(0xff000000) };
    dot.pixels[10 * 21 + 10] = 0xfffa_fafa;
    blur.run(dot, 1, 1, 2, 1);
    for (let d = -4; d <= 4; d++)
      expect((dot.pixels[(10 + d) * 21 + 10 + d] as number) & 255, `${d}`).toBe(Math.abs(d) <= 2 ? 50 : 0);
    expect((dot.pixels[10 * 21 + 11] as number) & 255).toBe(0);
  });
});
