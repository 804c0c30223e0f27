/** Writes a model file so that a power cut, or a full disk, leaves the old file or none, never half of one. */
import { open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { ZynqnetError } from '../../daemon/util/error.js';

/** Replaces `file` by temporary file, fsync and rename. Throws MODEL_FILE. */
export async function saveModelFile(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.new`;
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw new ZynqnetError('MODEL_FILE', `${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
