import { Pace } from '../pace.js';
import { encodeScene } from '../scene/encode.js';
import { FRAME_HEIGHT, FRAME_WIDTH } from '../scene/episode.js';
import { SceneRenderer } from '../scene/renderer.js';
import type { CameraDriver, Session } from '../source.js';

export interface SceneOptions {
  readonly seed: number;
  readonly framesPerSecond: number;
  readonly stallMs: number;
}

/** The built-in camera that draws road signs. Each opening starts the sequence from its first frame. */
export function sceneDriver({ seed, framesPerSecond, stallMs }: SceneOptions): CameraDriver {
  return {
    kind: 'scene',
    openLimitMs: Math.max(10_000, stallMs),
    stallLimitMs: stallMs + 1000 / framesPerSecond,
    async run(session: Session): Promise<void> {
      session.describe(`scene ${seed}, ${FRAME_WIDTH}x${FRAME_HEIGHT} at ${framesPerSecond} frames/s`);
      const renderer = new SceneRenderer({ seed });
      const pace = new Pace(framesPerSecond, session.signal);
      while (!session.signal.aborted) {
        const scene = await renderer.next();
        const data = await encodeScene(scene);
        session.lose(await pace.next());
        session.emit({ data, format: 'jpeg', width: FRAME_WIDTH, height: FRAME_HEIGHT, truth: scene.truth });
      }
    },
  };
}
