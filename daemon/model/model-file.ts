/** Reading and writing `.zqn` files. The digest is computed here (node:crypto), everything else in the native parser. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { ModelDescription, NativeModel } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import { codeOf, messageOf, ZynqnetError } from '../util/error.js';
import { type ErrorCode, errorCodes } from '../util/error-codes.js';
import { type ModelHeader, parseHeaderJson } from './header.js';

const digestBytes = 32;
const maxFileBytes = 64 * 1024 * 1024;

export interface LoadedModel {
  readonly native: NativeModel;
  readonly header: ModelHeader;
  /** SHA-256 of the whole file, hexadecimal: what `sha256sum` prints. */
  readonly sha256: string;
  readonly fileBytes: number;
}

/** Parses the bytes of a `.zqn` file. `name` appears in errors. Throws ZynqnetError with a MODEL_ code. */
export function parseModelFile(file: Uint8Array, name: string): LoadedModel {
  try {
    return loaded(loadAddon().parseModel(file, contentDigest(file)), file, name);
  } catch (error) {
    throw named(name, error);
  }
}

/** As `parseModelFile`, the decoding of the weights off the main thread. */
export async function openModelFile(file: Uint8Array, name: string): Promise<LoadedModel> {
  try {
    return loaded(await loadAddon().openModel(file, contentDigest(file)), file, name);
  } catch (error) {
    throw named(name, error);
  }
}

function contentDigest(file: Uint8Array): Buffer {
  return createHash('sha256')
    .update(file.subarray(0, Math.max(0, file.length - digestBytes)))
    .digest();
}

function loaded(native: NativeModel, file: Uint8Array, name: string): LoadedModel {
  const parsed = parseHeaderJson(native.headerJson);
  if ('problems' in parsed) {
    throw new ZynqnetError('MODEL_HEADER', `${name}: ${parsed.problems.join('; ')}`);
  }
  const sha256 = createHash('sha256').update(file).digest('hex');
  return { native, header: parsed.header, sha256, fileBytes: file.length };
}

/** Loads a model from disk. Throws ZynqnetError: MODEL_FILE when unreadable, else as `parseModelFile`. */
export async function loadModel(file: string): Promise<LoadedModel> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) {
      throw new ZynqnetError('MODEL_TRUNCATED', `${file}: ${size} bytes; a model has at most ${maxFileBytes}`);
    }
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof ZynqnetError) throw error;
    throw new ZynqnetError('MODEL_FILE', `${file}: ${messageOf(error)}`, { cause: error });
  }
  return openModelFile(bytes, file);
}

/** The bytes of a `.zqn` file, digest included. Throws ZynqnetError when the description is not a valid model. */
export function encodeModelFile(description: ModelDescription): Buffer {
  try {
    const content = loadAddon().encodeModel(description);
    return Buffer.concat([content, createHash('sha256').update(content).digest()]);
  } catch (error) {
    throw named('model', error);
  }
}

/** The addon's error as the daemon's, with the file's name; any other as it is. */
function named(name: string, error: unknown): unknown {
  if (error instanceof ZynqnetError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === undefined || !(code in errorCodes)) return error;
  return new ZynqnetError(code as ErrorCode, `${name}: ${error.message}`, { cause: error });
}
