import sharp from 'sharp';
import { type Canvas, paintBackdrop, type Textures } from './backdrop.js';
import { LineBlur } from './blur.js';
import { farClutter, nearClutter, supplementaryPlate } from './clutter.js';
import { type Episode, FRAME_HEIGHT, FRAME_WIDTH, MARGIN, planEpisode, project, signAt } from './episode.js';
import { Random } from './random.js';
import { NO_SIGN, NO_SIGN_LABEL, signSvg, signs } from './signs/index.js';
import { rasterise, type Sprite } from './sprite.js';
import { noiseTile, sensorNoise } from './texture.js';
import { develop, toneTables } from './tone.js';
import { boundsOf, drawSprite } from './warp.js';

/** What is really in a frame of the scene camera. */
interface SceneTruth {
  /** 0 to 42: a sign of GTSRB; 43: no sign. */
  readonly index: number;
  readonly label: string;
  /** Box around the plate in frame pixels, absent without a sign. */
  readonly box?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface SceneFrame {
  /** RGB, 640x480x3 bytes; valid until the next call. */
  readonly rgb: Uint8ClampedArray;
  readonly truth: SceneTruth;
  readonly episode: Episode;
  /** Place in the episode, from 0. */
  readonly step: number;
}

export interface SceneOptions {
  readonly seed: number;
  /** Share of episodes without a sign, 0 to 1. */
  readonly emptyShare?: number;
}

const BACK_WIDTH = FRAME_WIDTH + 2 * MARGIN;
const BACK_HEIGHT = FRAME_HEIGHT + 2 * MARGIN;

interface Stage {
  readonly episode: Episode;
  readonly back: Uint32Array;
  readonly sign: Sprite | undefined;
  readonly plate: Sprite | undefined;
  readonly tables: ReturnType<typeof toneTables>;
}

/** Draws the endless sequence of frames that one seed stands for; the same seed gives the same bytes. */
export class SceneRenderer {
  private readonly textures: Textures;
  private readonly noise: Int8Array;
  private readonly canvas: Canvas = {
    width: FRAME_WIDTH,
    height: FRAME_HEIGHT,
    pixels: new Uint32Array(FRAME_WIDTH * FRAME_HEIGHT),
  };
  private readonly blur = new LineBlur(FRAME_WIDTH);
  private readonly rgb = new Uint8ClampedArray(FRAME_WIDTH * FRAME_HEIGHT * 3);
  private readonly emptyShare: number;
  private stage: Stage | undefined;
  private step = 0;

  constructor(private readonly options: SceneOptions) {
    this.emptyShare = options.emptyShare ?? 0.2;
    const random = new Random(options.seed, 0);
    this.textures = {
      clouds: noiseTile(random, 0.5),
      leaves: noiseTile(random, 0.85, 8),
      grain: noiseTile(random, 0.95, 32),
    };
    this.noise = sensorNoise(random);
  }

  /** The next frame of the sequence. */
  async next(): Promise<SceneFrame> {
    if (!this.stage) this.stage = await this.prepare(0);
    else if (this.step >= this.stage.episode.length) await this.skipEpisode();
    return this.draw(this.step++);
  }

  /** Leaves the episode now; the next frame is the first of the one after it. */
  async skipEpisode(): Promise<void> {
    this.stage = await this.prepare((this.stage?.episode.index ?? -1) + 1);
    this.step = 0;
  }

  /** Leaves out `count` frames of the episode, without drawing them. */
  skipFrames(count: number): void {
    this.step += count;
  }

  private async prepare(index: number): Promise<Stage> {
    const episode = planEpisode(this.options.seed, index, { emptyShare: this.emptyShare });
    const random = new Random(this.options.seed ^ 0x0bac, index + 1);
    const back = await this.paintBack(episode, random);
    let sign: Sprite | undefined;
    let plate: Sprite | undefined;
    if (episode.sign !== NO_SIGN) {
      const largest = Math.max(episode.from.size, episode.to.size);
      const size = largest > 256 ? 512 : 256;
      sign = await rasterise(signSvg(episode.sign, size), size, episode.finish, this.textures.clouds, random);
      if (episode.hasPlate)
        plate = await rasterise(supplementaryPlate(random), 256, episode.finish, this.textures.clouds, random);
    }
    return { episode, back, sign, plate, tables: toneTables(episode.tone) };
  }

  private async paintBack(episode: Episode, random: Random): Promise<Uint32Array> {
    const area = { width: BACK_WIDTH, height: BACK_HEIGHT };
    const pixels = new Uint32Array(BACK_WIDTH * BACK_HEIGHT);
    paintBackdrop({ ...area, pixels }, episode.backdrop, this.textures, random);
    const document = (inside: string): Buffer =>
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${area.width}" height="${area.height}">${inside}</svg>`,
      );
    const raw = { ...area, channels: 4 as const };
    const far = await sharp(Buffer.from(pixels.buffer), { raw })
      .composite([{ input: document(farClutter(episode.backdrop, area, random)) }])
      .raw()
      .toBuffer();
    // sharp blurs before it composites, hence the second pass
    const near = await sharp(far, { raw })
      .blur(episode.blur.far)
      .composite([{ input: document(nearClutter(area, random, episode.distractors)) }])
      .raw()
      .toBuffer();
    return new Uint32Array(near.buffer, near.byteOffset, pixels.length);
  }

  private draw(step: number): SceneFrame {
    const stage = this.stage;
    if (!stage) throw new Error('draw before prepare');
    const { episode } = stage;
    this.pan(stage, step);
    let truth: SceneTruth = { index: NO_SIGN, label: NO_SIGN_LABEL };
    if (stage.sign) {
      const { pose, quad } = signAt(episode, step);
      if (episode.hasPole) this.drawPole(pose.x, pose.y, pose.size, episode.tone.gain[1]);
      if (stage.plate) drawSprite(this.canvas, stage.plate, project(pose, episode.eye, -0.95, 1.06, 0.95, 1.8));
      drawSprite(this.canvas, stage.sign, quad);
      const { left, top, right, bottom } = boundsOf(quad);
      truth = {
        index: episode.sign,
        label: signs[episode.sign]?.label ?? '',
        box: { x: left, y: top, width: right - left, height: bottom - top },
      };
    }
    this.soften(episode, step);
    const noiseStart = new Random(this.options.seed ^ 0x0015e, episode.index * 64 + step).uint32();
    develop(this.canvas, episode.tone, stage.tables, this.noise, noiseStart & 0xffff, this.rgb);
    return { rgb: this.rgb, truth, episode, step };
  }

  /** Copies the part of the backdrop that the camera sees now. */
  private pan({ back, episode }: Stage, step: number): void {
    const moment = step / Math.max(1, episode.length - 1) - 0.5;
    const left = Math.max(0, Math.min(2 * MARGIN, Math.round(MARGIN + episode.drift.x * moment)));
    const top = Math.max(0, Math.min(2 * MARGIN, Math.round(MARGIN + episode.drift.y * moment)));
    for (let y = 0; y < FRAME_HEIGHT; y++) {
      const from = (top + y) * BACK_WIDTH + left;
      this.canvas.pixels.set(back.subarray(from, from + FRAME_WIDTH), y * FRAME_WIDTH);
    }
  }

  private drawPole(x: number, y: number, size: number, light: number): void {
    const half = Math.max(2, size * 0.045);
    const left = Math.max(0, Math.round(x - half));
    const right = Math.min(FRAME_WIDTH, Math.round(x + half));
    for (let column = left; column < right; column++) {
      const across = (column - x) / half;
      const tone = Math.max(
        0,
        Math.min(255, Math.round((150 - 70 * across * across - 30 * across) * Math.min(1, light))),
      );
      const pixel = (0xff000000 | (tone << 16) | (tone << 8) | tone) >>> 0;
      for (let row = Math.max(0, Math.round(y)); row < FRAME_HEIGHT; row++)
        this.canvas.pixels[row * FRAME_WIDTH + column] = pixel;
    }
  }

  private soften({ blur }: Episode, step: number): void {
    if (blur.focus > 0) {
      const radius = Math.ceil(blur.focus);
      const strength = radius === 1 ? blur.focus : 1;
      this.blur.run(this.canvas, 1, 0, radius, strength);
      this.blur.run(this.canvas, 0, 1, radius, strength);
    }
    // vehicles shake: the length of the smear changes from frame to frame
    const radius = Math.round(blur.motion * (0.6 + (0.4 * ((step * 7) % 11)) / 10));
    if (radius > 0) this.blur.run(this.canvas, Math.cos(blur.direction), Math.sin(blur.direction), radius, 1);
  }
}
