import { access, constants, open, readdir, readFile, readlink, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** The file system as the checks see it. Every path is below a root, so that tests bring their own /sys, /proc and /dev. */
export class Files {
  readonly #root: string;

  constructor(root = '/') {
    this.#root = root;
  }

  /** Text without surrounding blanks and device-tree zeros, or undefined where it cannot be read. */
  async text(path: string): Promise<string | undefined> {
    const bytes = await this.bytes(path);
    return bytes?.toString('utf8').replaceAll('\0', ' ').trim();
  }

  async bytes(path: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#at(path));
    } catch {
      return undefined;
    }
  }

  /** A number, decimal or with 0x. */
  async number(path: string): Promise<number | undefined> {
    const text = await this.text(path);
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : undefined;
  }

  /** The names in a folder, sorted; none where there is no folder. */
  async names(path: string): Promise<string[]> {
    try {
      return (await readdir(this.#at(path))).sort();
    } catch {
      return [];
    }
  }

  async link(path: string): Promise<string | undefined> {
    try {
      return await readlink(this.#at(path));
    } catch {
      return undefined;
    }
  }

  async exists(path: string): Promise<boolean> {
    return (await stat(this.#at(path)).catch(() => undefined)) !== undefined;
  }

  /** Whether this user may read and write it, without opening it: opening a device may have consequences. */
  async accessible(path: string): Promise<boolean> {
    return access(this.#at(path), constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
  }

  /** Number of the user whom it belongs to. */
  async owner(path: string): Promise<number | undefined> {
    return (await stat(this.#at(path)).catch(() => undefined))?.uid;
  }

  async freeBytes(path: string): Promise<number> {
    const { bavail, bsize } = await statfs(this.#at(path));
    return bavail * bsize;
  }

  /** Writes a small file there, flushes it to the medium, reads it back and removes it. Throws what goes wrong. */
  async tryWriting(folder: string): Promise<void> {
    const file = this.#at(join(folder, `.doctor-${process.pid}`));
    const content = `zynqnetd doctor ${Date.now()}\n`;
    try {
      const handle = await open(file, 'w', 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if ((await readFile(file, 'utf8')) !== content) throw new Error('what was written came back different');
    } finally {
      await rm(file, { force: true });
    }
  }

  #at(path: string): string {
    return join(this.#root, path);
  }
}
