import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ZynqnetError } from '../../daemon/util/error.js';
import { damaged } from './import-errors.js';
import { sourceLimits } from './limits.js';

export type SourceKind = 'onnx' | 'prototxt' | 'caffemodel' | 'deep-compression';

export interface SourceFile {
  readonly kind: SourceKind;
  /** as the user gave it, for messages */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

const kinds: Readonly<Record<string, SourceKind>> = {
  '.onnx': 'onnx',
  '.prototxt': 'prototxt',
  '.pbtxt': 'prototxt',
  '.caffemodel': 'caffemodel',
  '.net': 'deep-compression',
};

/** Reads one source file; what it is its extension says. Throws IMPORT_FORMAT. */
export async function readSource(name: string): Promise<SourceFile> {
  const extension = path.extname(name).toLowerCase();
  const kind = Object.hasOwn(kinds, extension) ? kinds[extension] : undefined;
  if (kind === undefined) damaged(`${name}: expected .onnx, .prototxt, .caffemodel or .net (Deep Compression)`);
  const bytes = await readBounded(name, kind === 'prototxt' ? sourceLimits.textBytes : sourceLimits.fileBytes);
  return { kind, name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A whole file, refused before it is read when it is too large. */
export async function readBounded(name: string, maxBytes: number): Promise<Buffer> {
  try {
    const info = await stat(name);
    if (!info.isFile()) damaged(`${name}: not a file`);
    if (info.size > maxBytes) damaged(`${name}: ${info.size} bytes; at most ${maxBytes} are read`);
    if (info.size === 0) damaged(`${name}: the file is empty`);
    return await readFile(name);
  } catch (error) {
    if (error instanceof ZynqnetError) throw error;
    return damaged(`${name}: ${(error as Error).message}`, error);
  }
}
