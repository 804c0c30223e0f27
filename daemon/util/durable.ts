import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file so that a power cut at any instant leaves the old or the new contents, never a mixture:
 * temporary file, fsync, rename, fsync of the folder.
 */
export function writeDurably(file: string, contents: string | Uint8Array): void {
  const temporary = `${file}.new`;
  const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents;
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } catch (error) {
    unlinkSync(temporary); // a full disk: leave no half-written file behind
    throw error;
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
  syncFolder(dirname(file));
}

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
