/** Calibration photographs and labelled lists, prepared exactly as the daemon prepares its frames. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from '../../daemon/camera/frame.js';
import { createPreprocessor } from '../../daemon/inference/preprocess/preprocessor.js';
import type { ModelHeader } from '../../daemon/model/header.js';
import { ZynqnetError } from '../../daemon/util/error.js';

/** More photographs than this change the statistics little, and take time. */
const maxCalibrationImages = 256;

export interface PreparedImages {
  readonly files: readonly string[];
  /** height x width x channels bytes each */
  readonly inputs: readonly Uint8Array[];
}

/**
 * All photographs of a folder (deeper folders and symbolic links to files included, hidden files not), evenly thinned out to
 * `maxCalibrationImages`. Throws COMPRESS_CALIBRATION when there are none, or when a file is no picture.
 */
export async function calibrationImages(
  folder: string,
  header: ModelHeader,
  limit = maxCalibrationImages,
): Promise<PreparedImages> {
  const found = await filesIn(folder);
  if (found.length === 0) {
    throw new ZynqnetError(
      'COMPRESS_CALIBRATION',
      `${folder} holds no files; calibration needs photographs, 100 are plenty`,
    );
  }
  const step = Math.max(1, found.length / limit);
  const files = Array.from({ length: Math.min(limit, found.length) }, (_, i) => found[Math.floor(i * step)] as string);
  return { files, inputs: await prepare(files, header, 'COMPRESS_CALIBRATION') };
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
      .sort();
  } catch (error) {
    throw new ZynqnetError('COMPRESS_CALIBRATION', `${folder}: ${(error as Error).message}`, { cause: error });
  }
}

/** Prepares files in order, two at a time. The first that is no picture ends it with `code`. */
export async function prepare(
  files: readonly string[],
  header: ModelHeader,
  code: 'COMPRESS_CALIBRATION' | 'COMPRESS_LIST',
): Promise<Uint8Array[]> {
  const preprocessor = createPreprocessor(header.input, header.preprocessing);
  const inputs = new Array<Uint8Array>(files.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      const file = files[i] as string;
      try {
        inputs[i] = await preprocessor.run(await frameOf(file));
      } catch (error) {
        next = files.length;
        throw new ZynqnetError(code, `${file} cannot be used: ${(error as Error).message}`, { cause: error });
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return inputs;
}

async function frameOf(file: string): Promise<Frame> {
  const data = await readFile(file);
  return { data, format: 'encoded', width: 0, height: 0, sequence: 0, capturedAtUtcMs: 0, capturedMs: 0, origin: file };
}

/**
 * The photograph in a mirror, and a little aside: other inputs for every layer, as likely as the first. The widest layers
 * have fewer output positions in 100 photographs than taps.
 */
export function mirrored(input: Uint8Array, { input: { channels, height, width } }: ModelHeader): Uint8Array {
  const aside = Math.floor(width / 24);
  const result = new Uint8Array(input.length);
  for (let y = 0; y < height; y++) {
    const row = Math.min(height - 1, y + aside);
    for (let x = 0; x < width; x++) {
      const from = (row * width + Math.min(width - 1, Math.max(0, width - 1 - x + aside))) * channels;
      result.set(input.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return result;
}
