import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { key, path } from '../../config/define.js';
import { messageOf, ZynqnetError } from '../../util/error.js';
import type { CameraDriver, Session } from '../frame-source.js';
import { imageKind } from '../image-kind.js';
import { Pace } from '../pace.js';
import { cameraKind, frameRate } from './kind.js';

export const files = cameraKind({
  name: 'files',
  doc: 'Images from a file or folder, in a loop.',
  frames: 'the files: JPEG, PNG, WebP, GIF, TIFF, AVIF',
  keys: {
    path: key(path.nullable(), {
      default: null,
      applies: 'camera',
      remote: false,
      doc: 'Image file, or folder of images.',
    }),
    framesPerSecond: key(frameRate, { default: 1, applies: 'camera', doc: 'Images shown each second.' }),
    loop: key(z.boolean(), { default: true, applies: 'camera', doc: 'Start over after the last image.' }),
  },
  required: ['path'],
  driver: (settings, { stallMs }) => filesDriver({ ...settings, stallMs }),
  remedy: 'ls -l PATH',
});

export interface FilesOptions {
  /** An image file, or a folder whose images are shown in the order of their names; subfolders are left out. */
  readonly path: string;
  readonly framesPerSecond: number;
  readonly loop: boolean;
  readonly stallMs: number;
}

/** Larger files are not camera pictures. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Images from a file or folder at a set rate. The folder is read again for each round, so images may come and go. */
export function filesDriver(options: FilesOptions): CameraDriver {
  return {
    kind: 'files',
    openLimitMs: Math.max(10_000, options.stallMs),
    stallLimitMs: options.stallMs + 1000 / options.framesPerSecond,
    async run(session) {
      session.describe(`images of ${options.path} at ${options.framesPerSecond} frames/s`);
      const pace = new Pace(options.framesPerSecond, session.signal);
      do {
        const shown = await showRound(options.path, pace, session);
        if (shown === 0 && !session.signal.aborted) {
          throw new ZynqnetError(
            'CAMERA_FORMAT',
            `${options.path} holds no image that can be read; put JPEG or PNG files there`,
          );
        }
      } while (options.loop && !session.signal.aborted);
    },
  };
}

async function showRound(root: string, pace: Pace, session: Session): Promise<number> {
  let shown = 0;
  for (const file of await list(root)) {
    if (session.signal.aborted) break;
    const data = await load(file, session);
    if (!data) continue;
    await pace.next();
    session.emit({ data, format: 'encoded', width: 0, height: 0, origin: file });
    shown += 1;
  }
  return shown;
}

async function list(root: string): Promise<string[]> {
  try {
    if (!(await stat(root)).isDirectory()) return [root];
    const entries = await readdir(root, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
    return files.map((entry) => join(root, entry.name)).sort();
  } catch (error) {
    throw new ZynqnetError('CAMERA_OPEN', `camera.files.path cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function load(file: string, session: Session): Promise<Buffer | undefined> {
  try {
    const info = await stat(file);
    const { size } = info;
    if (!info.isFile()) {
      session.warn(`${file} is left out: it is not a regular file`); // reading a pipe or a device could hang
      return undefined;
    }
    if (size > MAX_FILE_BYTES) {
      session.warn(`${file} is left out: ${size} bytes are more than ${MAX_FILE_BYTES}`);
      return undefined;
    }
    const data = await readFile(file);
    if (imageKind(data)) return data;
    session.warn(`${file} is left out: it is not an image that can be read`);
  } catch (error) {
    session.warn(`${file} is left out: ${messageOf(error)}`);
  }
  return undefined;
}
