import { type BackdropKind, backdropKinds } from './backdrop.js';
import { Random } from './random.js';
import { NO_SIGN, signs } from './signs/index.js';
import type { Finish } from './sprite.js';
import type { Tone } from './tone.js';
import { boundsOf, type Point, type Quad } from './warp.js';

export const FRAME_WIDTH = 640;
export const FRAME_HEIGHT = 480;
/** The backdrop is larger than the frame by this many pixels on each side, so that it can drift. */
export const MARGIN = 40;

/** A pose of the plate in front of the camera; lengths in pixels, angles in radians. */
interface Pose {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** One sign, or none, in one place under one light: 20 to 60 consecutive frames. All of it follows from the seed. */
export interface Episode {
  readonly seed: number;
  readonly index: number;
  readonly length: number;
  /** 0 to 42, or NO_SIGN. */
  readonly sign: number;
  readonly from: Pose;
  readonly to: Pose;
  /** Distance of the eye in plate widths: small is strong perspective. */
  readonly eye: number;
  readonly backdrop: BackdropKind;
  readonly distractors: number;
  readonly hasPole: boolean;
  readonly hasPlate: boolean;
  readonly finish: Finish;
  readonly tone: Tone;
  /** Backdrop blur as a Gaussian's standard deviation, focus blur and motion blur as box radii, in pixels. */
  readonly blur: {
    readonly far: number;
    readonly near: number;
    readonly focus: number;
    readonly motion: number;
    readonly direction: number;
  };
  readonly shake: number;
  readonly drift: Point;
  /** 40 to 95. */
  readonly jpegQuality: number;
}

/**
 * Height of a sign as a share of the frame's: a classifier's camera looks at its object. At a quarter of the frame a sign
 * has 20 of the network's 80 lines, and the digits of its number two each.
 */
const SIZE = { smallest: 0.45, largest: 0.9 } as const;

export interface EpisodeOptions {
  /** Share of episodes without a sign. */
  readonly emptyShare: number;
}

export function planEpisode(seed: number, index: number, options: EpisodeOptions): Episode {
  const random = new Random(seed, index + 1);
  const sign = random.chance(options.emptyShare) ? NO_SIGN : random.integer(0, signs.length - 1);
  const from = pose(random, random.range(SIZE.smallest, SIZE.largest));
  const growth = random.range(0.7, 1.9);
  const size = Math.max(SIZE.smallest, Math.min(SIZE.largest, (from.size / FRAME_HEIGHT) * growth));
  const drifted = pose(random, size);
  const to: Pose = {
    ...drifted,
    x: from.x + (drifted.x - from.x) * 0.5,
    y: from.y + (drifted.y - from.y) * 0.5,
    yaw: from.yaw + random.range(-0.15, 0.15),
    pitch: from.pitch + random.range(-0.05, 0.05),
    roll: from.roll + random.range(-0.06, 0.06),
  };
  const dim = random.chance(0.25);
  const exposure = dim ? random.range(0.25, 0.7) : random.range(0.7, 1.35);
  const warmth = random.range(-0.12, 0.12);
  return keepVisible({
    seed,
    index,
    length: random.integer(20, 60),
    sign,
    from,
    to,
    eye: random.range(1.8, 6),
    backdrop: random.pick(backdropKinds),
    distractors: sign === NO_SIGN ? random.integer(0, 4) : random.integer(0, 2),
    hasPole: random.chance(0.7),
    hasPlate: random.chance(0.2),
    finish: finish(random, exposure),
    tone: {
      gain: [exposure * (1 + warmth), exposure, exposure * (1 - warmth)],
      contrast: random.range(0.65, 1.25),
      gamma: random.range(0.75, 1.35),
      noise: random.chance(0.3) ? random.range(5, 14) : random.range(0.5, 5),
      shadow: shadow(random),
    },
    blur: {
      far: random.range(0.4, 5),
      near: random.range(0.4, 2),
      focus: random.chance(0.45) ? 0 : random.range(0.3, 3.2),
      motion: random.chance(0.6) ? 0 : random.range(1, 9),
      direction: random.range(0, 3.14),
    },
    shake: random.chance(0.5) ? 0 : random.range(0.5, 4),
    drift: { x: random.range(-MARGIN, MARGIN), y: random.range(-MARGIN / 2, MARGIN / 2) },
    jpegQuality: random.integer(40, 95),
  });
}

/** A sensor that is hard on shadows would turn a dim plate black: nobody could tell the sign. */
function keepVisible(episode: Episode): Episode {
  const { finish, tone } = episode;
  const light = finish.gain[1] * tone.gain[1] * (1 - tone.shadow.depth / 2);
  if (light > 0.5) return episode;
  return { ...episode, tone: { ...tone, contrast: Math.min(tone.contrast, 0.9), gamma: Math.min(tone.gamma, 0.9) } };
}

function pose(random: Random, share: number): Pose {
  return {
    x: FRAME_WIDTH / 2 + random.range(-200, 200),
    y: FRAME_HEIGHT / 2 + random.range(-200, 200),
    size: share * FRAME_HEIGHT,
    yaw: random.normal() * 0.3,
    pitch: random.normal() * 0.1,
    roll: random.normal() * 0.08,
  };
}

function finish(random: Random, exposure: number): Finish {
  const backlit = random.chance(0.3);
  // in the dark a plate may be dim, but never black
  const light = Math.max(0.22 / exposure, backlit ? random.range(0.22, 0.6) : random.range(0.6, 1.15));
  const cast = random.range(-0.1, 0.1);
  return {
    gain: [light * (1 + cast), light, light * (1 - cast)],
    saturation: random.range(0.55, 1.15),
    fade: random.chance(0.3) ? random.range(0.2, 1) : random.range(0, 0.2),
    shade: random.chance(0.3) ? random.range(0.1, 0.55) : 0,
    dirt: random.range(0, 0.25),
  };
}

function shadow(random: Random): Tone['shadow'] {
  const depth = random.chance(0.35) ? random.range(0.2, 0.65) : 0;
  const angle = random.range(0, 6.28);
  const softness = random.range(6, 90);
  const a = Math.cos(angle) / softness;
  const b = Math.sin(angle) / softness;
  return { depth, a, b, c: -(a * random.range(160, 480) + b * random.range(80, 400)) };
}

const YAW_LIMIT = 0.75;
const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** The pose at a moment of the episode (0 to 1): a vehicle at constant speed, so sizes change as 1/distance. */
function poseAt(episode: Episode, moment: number): Pose {
  const { from, to } = episode;
  const mix = (a: number, b: number): number => a + (b - a) * moment;
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    size: 1 / mix(1 / from.size, 1 / to.size),
    yaw: clamp(mix(from.yaw, to.yaw), -YAW_LIMIT, YAW_LIMIT),
    pitch: clamp(mix(from.pitch, to.pitch), -0.35, 0.35),
    roll: clamp(mix(from.roll, to.roll), -0.25, 0.25),
  };
}

/**
 * Corners of a rectangle in the plate's plane (the plate itself is -1 to 1 both ways), seen by the camera.
 * Euler angles roll, pitch, yaw, then a pinhole at `eye` plate widths.
 */
export function project(pose: Pose, eye: number, left: number, top: number, right: number, bottom: number): Quad {
  const corner = (u: number, v: number): Point => {
    const x1 = u * Math.cos(pose.roll) - v * Math.sin(pose.roll);
    const y1 = u * Math.sin(pose.roll) + v * Math.cos(pose.roll);
    const y2 = y1 * Math.cos(pose.pitch);
    const z2 = y1 * Math.sin(pose.pitch);
    const x3 = x1 * Math.cos(pose.yaw) + z2 * Math.sin(pose.yaw);
    const z3 = -x1 * Math.sin(pose.yaw) + z2 * Math.cos(pose.yaw);
    const scale = ((pose.size / 2) * (2 * eye)) / (2 * eye + z3);
    return { x: pose.x + x3 * scale, y: pose.y + y2 * scale };
  };
  return [corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)];
}

/** Pose and outline of the sign in frame `frame` of the episode, moved so that it lies wholly in the centre square. */
export function signAt(episode: Episode, frame: number): { pose: Pose; quad: Quad } {
  let pose = poseAt(episode, episode.length > 1 ? frame / (episode.length - 1) : 0);
  if (episode.shake > 0) {
    const random = new Random(episode.seed ^ 0x5eed, episode.index * 64 + frame);
    pose = { ...pose, x: pose.x + random.normal() * episode.shake, y: pose.y + random.normal() * episode.shake };
  }
  const edge = 3;
  const square = FRAME_HEIGHT - 2 * edge;
  let bounds = boundsOf(project(pose, episode.eye, -1, -1, 1, 1));
  const over = Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top) / square;
  if (over > 1) {
    pose = { ...pose, size: pose.size / over };
    bounds = boundsOf(project(pose, episode.eye, -1, -1, 1, 1));
  }
  const low = (FRAME_WIDTH - FRAME_HEIGHT) / 2 + edge;
  const dx = Math.max(0, low - bounds.left) - Math.max(0, bounds.right - (low + square));
  const dy = Math.max(0, edge - bounds.top) - Math.max(0, bounds.bottom - (edge + square));
  pose = { ...pose, x: pose.x + dx, y: pose.y + dy };
  return { pose, quad: project(pose, episode.eye, -1, -1, 1, 1) };
}
