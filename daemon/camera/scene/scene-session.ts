import type { Session } from '../frame-source.js';
import { Pace } from '../pace.js';
import { encodeScene } from './encode.js';
import { FRAME_HEIGHT, FRAME_WIDTH } from './episode.js';
import { SceneRenderer } from './renderer.js';

/** Draws and emits frames until the session ends. */
export async function runScene(seed: number, framesPerSecond: number, session: Session): Promise<void> {
  session.describe(`scene ${seed}, ${FRAME_WIDTH}x${FRAME_HEIGHT} at ${framesPerSecond} frames/s`);
  const renderer = new SceneRenderer({ seed });
  const pace = new Pace(framesPerSecond, session.signal);
  while (!session.signal.aborted) {
    const scene = await renderer.next();
    const data = await encodeScene(scene);
    session.lose(await pace.next());
    session.emit({ data, format: 'jpeg', width: FRAME_WIDTH, height: FRAME_HEIGHT, truth: scene.truth });
  }
}
