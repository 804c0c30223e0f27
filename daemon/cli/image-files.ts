import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Frame } from '../camera/frame.js';

const pictures = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif', '.ppm', '.bmp']);

/** Files as they are given, folders as the pictures in them (deeper folders included), by name. Throws for absent paths. */
export async function imageFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) found.push(...(await picturesIn(path)));
    else found.push(path);
  }
  return found;
}

async function picturesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && pictures.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** A file as the preprocessor takes it. Rejects when it cannot be read. */
export async function frameFromFile(file: string, sequence = 0): Promise<Frame> {
  const data = await readFile(file);
  const capturedMs = performance.now();
  return {
    data,
    format: 'encoded',
    width: 0,
    height: 0,
    sequence,
    capturedAtUtcMs: Date.now(),
    capturedMs,
    origin: file,
  };
}
