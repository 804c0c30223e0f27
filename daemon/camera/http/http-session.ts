import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { messageOf, ZynqnetError } from '../../util/error.js';
import type { Session } from '../frame-source.js';
import { imageKind } from '../image-kind.js';
import { Pace } from '../pace.js';
import { HttpClient } from './http-client.js';
import { boundaryOf, MultipartParser } from './multipart.js';

export interface HttpOptions {
  readonly url: string;
  readonly mode: 'auto' | 'snapshot' | 'stream';
  /** How often a snapshot is fetched. */
  readonly framesPerSecond: number;
  /** File with `user:password`, read at each opening. */
  readonly userFile: string | null;
  readonly stallMs: number;
}

/** Larger pictures are refused while they arrive. */
const MAX_PICTURE_BYTES = 16 * 1024 * 1024;

/** JPEG snapshots asked for again and again, or one endless MJPEG answer. */
export async function runHttp(options: HttpOptions, session: Session): Promise<void> {
  const client = new HttpClient(await credentials(options.userFile), session.signal);
  try {
    await open(options, client, session);
  } finally {
    client.close();
  }
}

async function open(options: HttpOptions, client: HttpClient, session: Session): Promise<void> {
  const pace = new Pace(options.framesPerSecond, session.signal);
  await pace.next();
  const first = await client.get(options.url);
  const type = first.headers['content-type'] ?? '';
  const isStream = /^multipart\//i.test(type);
  if (options.mode === 'snapshot' && isStream) {
    first.destroy();
    throw new ZynqnetError(
      'CAMERA_FORMAT',
      `${options.url} answers with a stream (${type}); set camera.http.mode to stream or auto`,
    );
  }
  if (isStream || options.mode === 'stream') {
    session.describe(`MJPEG stream of ${hostOf(options.url)}`);
    return stream(first, type, session);
  }
  session.describe(`snapshots of ${hostOf(options.url)} at ${options.framesPerSecond} frames/s`);
  await snapshot(first, session);
  while (!session.signal.aborted) {
    await pace.next();
    if (!session.signal.aborted) await snapshot(await client.get(options.url), session);
  }
}

async function snapshot(answer: IncomingMessage, session: Session): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_PICTURE_BYTES) {
      throw new ZynqnetError(
        'CAMERA_FORMAT',
        `the snapshot is longer than ${MAX_PICTURE_BYTES} bytes; is this a picture?`,
      );
    }
    chunks.push(chunk);
  }
  deliver(Buffer.concat(chunks), session);
}

async function stream(answer: IncomingMessage, type: string, session: Session): Promise<void> {
  const parser = new MultipartParser(boundaryOf(type), MAX_PICTURE_BYTES, (part) => deliver(part, session));
  let bad = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    parser.push(chunk);
    if (parser.badLengths > bad)
      session.warn('the stream announces wrong lengths; its parts are found by their boundary');
    bad = parser.badLengths;
    if (parser.ended) break;
  }
  answer.destroy();
  if (!session.signal.aborted)
    throw new ZynqnetError('CAMERA_LOST', 'the camera ended its MJPEG stream; it is opened again');
}

/** Whole pictures go on; anything else (an empty part, an error page) is counted and left out. */
function deliver(data: Uint8Array, session: Session): void {
  const kind = imageKind(data);
  if (kind) session.emit({ data, format: kind === 'jpeg' ? 'jpeg' : 'encoded', width: 0, height: 0 });
  else session.warn(`an answer of ${data.length} bytes is not a picture`);
}

async function credentials(file: string | null): Promise<string | undefined> {
  if (file === null) return undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new ZynqnetError('CAMERA_CONFIG', `camera.http.userFile cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** An address without user and password. */
function hostOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
