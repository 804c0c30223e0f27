import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { key } from '../../config/define.js';
import { ZynqnetError } from '../../util/error.js';
import { redactText, userInfoOf } from '../../util/redact.js';
import { endsWithin } from '../../util/time-limit.js';
import type { CameraDriver, Session } from '../frame-source.js';
import { cameraKind, frameRate, frameSide } from './kind.js';
import { plainAddress } from './message-rules.js';

const install = 'apt-get install ffmpeg';

export const ffmpeg = cameraKind({
  name: 'ffmpeg',
  doc: 'RTSP, or anything else that an installed ffmpeg reads.',
  frames: 'RGB',
  keys: {
    input: key(z.string().min(1).max(2048).nullable(), {
      default: null,
      applies: 'camera',
      remote: plainAddress('an rtsp:// or rtsps:// address without user and password', /^rtsps?:$/),
      doc: 'What ffmpeg gets after -i.',
    }),
    inputOptions: key(z.array(z.string().max(1024)).max(32), {
      default: [],
      applies: 'camera',
      remote: false,
      doc: "Options of ffmpeg for the input, before -i, one word an entry; e.g. ['-f', 'lavfi'].",
    }),
    width: key(frameSide, { default: 640, applies: 'camera', doc: 'Width that ffmpeg scales frames to, in pixels.' }),
    height: key(frameSide, { default: 480, applies: 'camera', doc: 'Height that ffmpeg scales frames to, in pixels.' }),
    framesPerSecond: key(frameRate, { default: 10, applies: 'camera', doc: 'Frame rate that ffmpeg delivers.' }),
  },
  required: ['input'],
  driver: (settings, { stallMs }) => ffmpegDriver({ ...settings, stallMs }),
  remedy: 'ffmpeg -i INPUT -frames:v 1 /tmp/frame.jpg',
  program: { name: 'ffmpeg', arguments: ['-version'], version: /^ffmpeg version (\S+)/m, install },
});

export interface FfmpegOptions {
  /** What ffmpeg gets after -i: an address, a file, a device. */
  readonly input: string;
  /** Goes before -i, e.g. ['-f', 'lavfi']. */
  readonly inputOptions: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly stallMs: number;
  /** The program; a test may put its own here. */
  readonly program?: string;
}

/** Lines of its standard error that go into messages. */
const STDERR_LINES = 4;
/** Time for ffmpeg to end after SIGTERM; then it is killed. */
const KILL_AFTER_MS = 1000;

/** RTSP, or anything else that an installed ffmpeg reads, as raw RGB frames through a pipe. */
export function ffmpegDriver(options: FfmpegOptions): CameraDriver {
  return {
    kind: 'ffmpeg',
    // RTSP cameras take long to send the first key frame
    openLimitMs: Math.max(15_000, options.stallMs),
    stallLimitMs: options.stallMs + 1000 / options.framesPerSecond,
    run: (session) => run(options, session),
  };
}

async function run(options: FfmpegOptions, session: Session): Promise<void> {
  const { width, height, framesPerSecond, program = 'ffmpeg' } = options;
  session.describe(`ffmpeg, ${width}x${height} at ${framesPerSecond} frames/s`);
  const child = spawn(program, argumentsFor(options), { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = exitOf(child, program);
  const lastLines = keepLastLines(child.stderr, userInfoOf(options.input));
  const kill = (): void => void endChild(child);
  session.signal.addEventListener('abort', kill, { once: true });
  try {
    await readFrames(child.stdout, width, height, session).catch(async (error) => {
      await endChild(child);
      await exit; // rejects if ffmpeg never started, which says more than the broken pipe
      throw error;
    });
    const how = await exit;
    if (session.signal.aborted) return;
    throw new ZynqnetError('CAMERA_LOST', `ffmpeg ended (${how}): ${lastLines() || 'the input is at its end'}`);
  } finally {
    session.signal.removeEventListener('abort', kill);
    await endChild(child);
  }
}

/** ffmpeg's arguments: input paced, then exactly one raw RGB video stream on standard output. */
export function argumentsFor({ input, inputOptions, width, height, framesPerSecond }: FfmpegOptions): string[] {
  const before = [...inputOptions];
  if (/^rtsps?:/i.test(input) && !before.includes('-rtsp_transport')) before.push('-rtsp_transport', 'tcp');
  // without -re ffmpeg reads a file as fast as it can decode it
  if (!/^\w+:\/\//.test(input) && !before.includes('-re') && !input.startsWith('/dev/')) before.push('-re');
  const filter = `fps=${framesPerSecond},scale=${width}:${height}`;
  const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error'];
  const output = ['-an', '-sn', '-dn', '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  return [...quiet, ...before, '-i', input, ...output];
}

/** Resolves to how the child ended; rejects when it could not even start. */
function exitOf(child: ChildProcess, program: string): Promise<string> {
  const exit = new Promise<string>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      const what = missing
        ? `${program} is not installed; install it (${install}) or choose another camera.source`
        : `${program} cannot be started: ${error.message}`;
      reject(new ZynqnetError('CAMERA_OPEN', what, { cause: error }));
    });
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  exit.catch(() => undefined); // readFrames may fail first
  return exit;
}

/** Cuts the pipe into frames. Each frame gets memory of its own, filled as the bytes come. */
async function readFrames(pipe: Readable, width: number, height: number, session: Session): Promise<void> {
  const bytes = width * height * 3;
  let frame = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  try {
    for await (const chunk of pipe as AsyncIterable<Buffer>) {
      for (let from = 0; from < chunk.length; ) {
        const count = Math.min(bytes - filled, chunk.length - from);
        chunk.copy(frame, filled, from, from + count);
        from += count;
        filled += count;
        if (filled === bytes) {
          session.emit({ data: frame, format: 'rgb24', width, height });
          frame = Buffer.allocUnsafeSlow(bytes);
          filled = 0;
        }
      }
    }
  } catch (error) {
    if (!session.signal.aborted) throw error;
  }
}

/** The newest lines of standard error without secrets: ffmpeg repeats user and password of an address in its messages. */
function keepLastLines(pipe: Readable, secrets: readonly string[]): () => string {
  let tail = '';
  pipe.setEncoding('utf8');
  pipe.on('data', (text: string) => {
    tail = (tail + text).slice(-4096);
  });
  pipe.on('error', () => undefined);
  return () => {
    const lines = tail.split('\n').filter((line) => line.trim() !== '');
    return redactText(lines.slice(-STDERR_LINES).join(' | '), secrets);
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  if (await endsWithin(gone, KILL_AFTER_MS)) return;
  child.kill('SIGKILL');
  await gone;
}
