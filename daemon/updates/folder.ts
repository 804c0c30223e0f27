import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { modelFileName } from '../config/model-folder.js';
import { syncFolder, writeDurably } from '../util/durable.js';
import { ZynqnetError } from '../util/error.js';
import { InstallError } from './install-error.js';
import { type TrustedKey, verifySignature } from './signature.js';

const cardSchema = z.strictObject({
  name: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  signature: z.string(),
  installedAt: z.string(),
});

type Card = z.output<typeof cardSchema>;

export interface InstalledModel extends Card {
  /** In the model folder; what `model.file` names. */
  readonly file: string;
}

/** The models that are installed: each a `.zqn` with a card beside it, written so that there is never one without the other. */
export class ModelFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Installed by message, newest first. Files that people put there themselves have no card and are left alone. */
  list(): InstalledModel[] {
    if (!existsSync(this.path)) return [];
    const models = readdirSync(this.path).flatMap((file): InstalledModel[] => {
      if (!modelFileName.test(file)) return [];
      const card = this.#card(file);
      return card === undefined ? [] : [{ file, ...card }];
    });
    return models.sort((a, b) => b.installedAt.localeCompare(a.installedAt) || a.file.localeCompare(b.file));
  }

  /** By file name, or by at least eight digits of its SHA-256. Throws MODEL_INSTALL. */
  find(wanted: string): InstalledModel {
    const models = this.list();
    const byDigest = /^[0-9a-f]{8,64}$/.test(wanted);
    const found = models.filter(({ file, sha256 }) => file === wanted || (byDigest && sha256.startsWith(wanted)));
    if (found[0] !== undefined && found.length === 1) return found[0];
    const known = models.map(({ file }) => file).join(', ') || 'none';
    const what = found.length === 0 ? 'there is no such model' : 'more than one model is meant by that';
    throw new InstallError('unknown', `${what}; installed are: ${known}`);
  }

  /** Moves a received file in. The card comes first: a model file is never without one. */
  add(part: string, model: Omit<Card, 'installedAt'>): InstalledModel {
    const stem =
      model.name
        .replace(/[^A-Za-z0-9_-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(0, 60) || 'model';
    const file = `${stem}-${model.sha256.slice(0, 8)}.zqn`;
    const card = { ...model, installedAt: new Date().toISOString() };
    mkdirSync(this.path, { recursive: true });
    writeDurably(this.#cardFile(file), JSON.stringify(card));
    renameSync(part, join(this.path, file));
    syncFolder(this.path);
    return { file, ...card };
  }

  remove(file: string): void {
    rmSync(join(this.path, file), { force: true });
    rmSync(this.#cardFile(file), { force: true });
    syncFolder(this.path);
  }

  /** Reads the file again: the disk may have lost bits, the key may not be trusted any more. Throws MODEL_ errors. */
  async check({ file, sha256, bytes, signature }: InstalledModel, keys: readonly TrustedKey[]): Promise<void> {
    verifySignature({ sha256, bytes }, signature, keys);
    const found = createHash('sha256')
      .update(await readFile(join(this.path, file)))
      .digest('hex');
    if (found !== sha256) throw new ZynqnetError('MODEL_DIGEST', `${file} is damaged on the disk; install it again`);
  }

  /** Makes room for `bytes` more by removing old models that nobody needs. Throws MODEL_INSTALL if it is not enough. */
  makeRoom(bytes: number, maxBytes: number, keepFreeBytes: number, needed: ReadonlySet<string>): void {
    const models = this.list();
    let used = models.reduce((sum, model) => sum + model.bytes, 0);
    for (const model of models.reverse()) {
      if (used + bytes <= maxBytes) break;
      if (needed.has(model.file)) continue;
      this.remove(model.file);
      used -= model.bytes;
    }
    if (used + bytes > maxBytes) {
      throw new InstallError(
        'room',
        `no room: ${used} bytes of models are in use, update.maxFolderBytes is ${maxBytes}`,
      );
    }
    mkdirSync(this.path, { recursive: true });
    const { bavail, bsize } = statfsSync(this.path);
    if (bavail * bsize - bytes < keepFreeBytes) {
      throw new InstallError('room', `no room: ${bavail * bsize} bytes are free, ${keepFreeBytes} must stay free`);
    }
  }

  /** What `model.file` was before the present model: null for the built-in one, undefined if it is not known or gone. */
  get previous(): string | null | undefined {
    try {
      const text = readFileSync(this.#previousFile, 'utf8');
      const { file } = z.object({ file: z.string().nullable() }).parse(JSON.parse(text));
      if (file === null || !modelFileName.test(file)) return file;
      return existsSync(join(this.path, file)) ? file : undefined;
    } catch {
      return undefined;
    }
  }

  remember(previous: string | null): void {
    mkdirSync(this.path, { recursive: true });
    writeDurably(this.#previousFile, JSON.stringify({ file: previous }));
  }

  get #previousFile(): string {
    return join(this.path, 'previous.json');
  }

  #cardFile(file: string): string {
    return join(this.path, `${file}.json`);
  }

  #card(file: string): Card | undefined {
    try {
      const card = cardSchema.parse(JSON.parse(readFileSync(this.#cardFile(file), 'utf8')));
      return statSync(join(this.path, file)).isFile() ? card : undefined;
    } catch {
      return undefined;
    }
  }
}
