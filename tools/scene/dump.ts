import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from '../../daemon/camera/frame.js';
import { encodeScene } from '../../daemon/camera/scene/encode.js';
import { FRAME_HEIGHT, FRAME_WIDTH } from '../../daemon/camera/scene/episode.js';
import { Random } from '../../daemon/camera/scene/random.js';
import { type SceneFrame, SceneRenderer } from '../../daemon/camera/scene/renderer.js';

export interface DumpOptions {
  readonly count: number;
  readonly seed: number;
  readonly folder: string;
  /** Frames taken from each episode, spread at random over it. */
  readonly perEpisode: number;
  readonly emptyShare: number;
  /** Frame to the network's input; absent: the camera's JPEG files are written instead. */
  readonly preprocess?: (frame: Frame) => Promise<Uint8Array>;
  readonly progress?: (done: number) => void;
}

/**
 * Writes frames of the scene camera for training: `frames.u8` (count x height x width x channels bytes) or
 * `000000.jpg`…, and `truth.csv` with one line a frame.
 */
export async function dumpScenes(options: DumpOptions): Promise<void> {
  await mkdir(options.folder, { recursive: true });
  const random = new Random(options.seed ^ 0xd0, 1);
  const renderer = new SceneRenderer({ seed: options.seed, emptyShare: options.emptyShare });
  const raw = options.preprocess ? createWriteStream(path.join(options.folder, 'frames.u8')) : undefined;
  const lines = ['index,class,label,episode,step,x,y,width,height'];
  for (let index = 0; index < options.count; ) {
    await renderer.skipEpisode();
    for (let taken = 0; taken < options.perEpisode && index < options.count; taken++, index++) {
      renderer.skipFrames(random.integer(0, Math.floor(20 / options.perEpisode) - 1));
      const scene = await renderer.next();
      const data = await encodeScene(scene);
      if (raw && options.preprocess) {
        if (!raw.write(await options.preprocess(asFrame(scene, data, index)))) await once(raw, 'drain');
      } else {
        await writeFile(path.join(options.folder, `${String(index).padStart(6, '0')}.jpg`), data);
      }
      lines.push(truthLine(scene, index));
      options.progress?.(index + 1);
    }
  }
  if (raw) {
    raw.end();
    await once(raw, 'finish');
  }
  await writeFile(path.join(options.folder, 'truth.csv'), `${lines.join('\n')}\n`);
}

function asFrame({ truth }: SceneFrame, data: Uint8Array, sequence: number): Frame {
  return {
    data,
    format: 'jpeg',
    width: FRAME_WIDTH,
    height: FRAME_HEIGHT,
    sequence,
    capturedAtUtcMs: 0,
    capturedMs: 0,
    truth,
  };
}

function truthLine({ truth, episode, step }: SceneFrame, index: number): string {
  const box = truth.box
    ? [truth.box.x, truth.box.y, truth.box.width, truth.box.height].map((v) => v.toFixed(1))
    : ['', '', '', ''];
  return [index, truth.index, truth.label, episode.index, step, ...box].join(',');
}
