import { z } from 'zod';
import { key } from '../../config/define.js';
import type { CameraDriver } from '../frame-source.js';
import { cameraKind, frameRate } from './kind.js';

export const scene = cameraKind({
  name: 'scene',
  doc: 'Built-in camera that draws road signs; for trying things out.',
  frames: 'JPEG, with the truth',
  keys: {
    seed: key(z.int().min(0).max(4_294_967_295), {
      default: 1,
      applies: 'camera',
      doc: 'The same seed draws the same frames.',
    }),
    framesPerSecond: key(frameRate, { default: 10, applies: 'camera', doc: 'Frames drawn each second.' }),
  },
  driver: (settings, { stallMs }) => sceneDriver({ ...settings, stallMs }),
  remedy: 'zynqnetd doctor --only sharp',
});

export interface SceneOptions {
  readonly seed: number;
  readonly framesPerSecond: number;
  readonly stallMs: number;
}

/** Each opening starts the sequence from its first frame. */
export function sceneDriver({ seed, framesPerSecond, stallMs }: SceneOptions): CameraDriver {
  return {
    kind: 'scene',
    openLimitMs: Math.max(10_000, stallMs),
    stallLimitMs: stallMs + 1000 / framesPerSecond,
    // loaded only where it is used: it brings the image library
    run: async (session) => (await import('../scene/scene-session.js')).runScene(seed, framesPerSecond, session),
  };
}
