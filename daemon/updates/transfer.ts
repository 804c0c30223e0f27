import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../util/durable.js';
import { ZynqnetError } from '../util/error.js';

const manifestSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
  chunkBytes: z.int().min(1024),
  signature: z.string(),
  activate: z.boolean(),
  url: z.string().nullable(),
  /** Who gets the outcome; kept, because the end may come after a restart. */
  requester: z.record(z.string(), z.unknown()),
  /** One bit for each chunk that is safely on the disk, base64. */
  received: z.string(),
});

export type Manifest = z.output<typeof manifestSchema>;

/** Chunks that may be on their way to the disk; more are dropped and asked for again. */
const maxPendingBytes = 1_048_576;
const storeEveryMs = 1000;

/**
 * A model that is being received: chunks of equal size in any order, repeated ones included, straight to a file. What is
 * marked as received has reached the disk, so that a restart goes on where the power went. One at a time in a folder.
 */
export class Transfer {
  #manifest: Omit<Manifest, 'received'>;
  readonly chunks: number;
  readonly #folder: string;
  readonly #bits: Uint8Array;
  readonly #file: FileHandle;
  #missing: number;
  #pendingBytes = 0;
  readonly #pending = new Set<Promise<void>>();
  #storedMs = performance.now();
  #storing: Promise<void> = Promise.resolve();

  private constructor(folder: string, manifest: Manifest, file: FileHandle) {
    const { received, ...rest } = manifest;
    this.#folder = folder;
    this.#manifest = rest;
    this.#file = file;
    this.chunks = Math.ceil(rest.bytes / rest.chunkBytes);
    this.#bits = new Uint8Array(Math.ceil(this.chunks / 8));
    this.#bits.set(Buffer.from(received, 'base64').subarray(0, this.#bits.length));
    this.#missing = 0;
    for (let chunk = 0; chunk < this.chunks; chunk += 1) if (!this.has(chunk)) this.#missing += 1;
  }

  static partFile = (folder: string) => join(folder, 'incoming.part');
  static manifestFile = (folder: string) => join(folder, 'incoming.json');

  /** A new one; what was being received before is forgotten. */
  static async begin(folder: string, manifest: Omit<Manifest, 'received'>): Promise<Transfer> {
    mkdirSync(folder, { recursive: true });
    Transfer.discard(folder);
    const file = await open(Transfer.partFile(folder), 'w+', 0o600);
    const transfer = new Transfer(folder, { ...manifest, received: '' }, file);
    transfer.#write();
    return transfer;
  }

  /** The one that an earlier start left unfinished; undefined if there is none, or it is unreadable. */
  static async resume(folder: string): Promise<Transfer | undefined> {
    try {
      const manifest = manifestSchema.parse(JSON.parse(readFileSync(Transfer.manifestFile(folder), 'utf8')));
      return new Transfer(folder, manifest, await open(Transfer.partFile(folder), 'r+'));
    } catch {
      if (existsSync(folder)) Transfer.discard(folder);
      return undefined;
    }
  }

  static discard(folder: string): void {
    rmSync(Transfer.manifestFile(folder), { force: true });
    rmSync(Transfer.partFile(folder), { force: true });
  }

  get manifest(): Omit<Manifest, 'received'> {
    return this.#manifest;
  }

  /** Who gets the outcome from now on; resolves when that is on the disk. */
  askedBy(requester: Record<string, unknown>): Promise<void> {
    this.#manifest = { ...this.#manifest, requester };
    return this.save();
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  /** Whole percents, 100 only when complete. */
  get percent(): number {
    return Math.floor(((this.chunks - this.#missing) / this.chunks) * 100);
  }

  has(chunk: number): boolean {
    return (((this.#bits[chunk >> 3] ?? 0) >> (chunk & 7)) & 1) === 1;
  }

  /** Ranges [first, last] of chunks that have not come, at most `max` of them. */
  missing(max: number): [number, number][] {
    const ranges: [number, number][] = [];
    for (let chunk = 0; chunk < this.chunks && ranges.length <= max; chunk += 1) {
      if (this.has(chunk)) continue;
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === chunk - 1) last[1] = chunk;
      else ranges.push([chunk, chunk]);
    }
    return ranges.slice(0, max);
  }

  sizeOf(chunk: number): number {
    const { bytes, chunkBytes } = this.manifest;
    return chunk === this.chunks - 1 ? bytes - chunk * chunkBytes : chunkBytes;
  }

  /**
   * Takes a chunk; resolves when it has been written. False, and nothing happens: there before, or too much is on its way
   * to the disk. Throws MODEL_INSTALL for a chunk that is none of this file's; rejects when it cannot be written.
   */
  async put(chunk: number, data: Uint8Array): Promise<boolean> {
    if (!Number.isInteger(chunk) || chunk < 0 || chunk >= this.chunks || data.length !== this.sizeOf(chunk)) {
      throw new ZynqnetError('MODEL_INSTALL', `no chunk ${chunk} of ${data.length} bytes belongs to this model`);
    }
    if (this.has(chunk) || this.#pendingBytes + data.length > maxPendingBytes) return false;
    this.#pendingBytes += data.length;
    const work = this.#store(chunk, data);
    this.#pending.add(work);
    try {
      await work;
    } finally {
      this.#pending.delete(work);
      this.#pendingBytes -= data.length;
    }
    return true;
  }

  async #store(chunk: number, data: Uint8Array): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const { bytesWritten } = await this.#file.write(
        data,
        done,
        data.length - done,
        chunk * this.manifest.chunkBytes + done,
      );
      done += bytesWritten;
    }
    if (!this.has(chunk)) this.#missing -= 1;
    this.#bits[chunk >> 3] = (this.#bits[chunk >> 3] ?? 0) | (1 << (chunk & 7));
    if (this.complete || performance.now() - this.#storedMs >= storeEveryMs) await this.save();
  }

  /** Brings what has been received to the disk, data before marks. */
  save(): Promise<void> {
    this.#storedMs = performance.now();
    const marks = Buffer.from(this.#bits).toString('base64');
    this.#storing = this.#storing
      .catch(() => {})
      .then(async () => {
        await this.#file.datasync();
        this.#write(marks);
      });
    return this.#storing;
  }

  /** SHA-256 of the file as it is on the disk. */
  async digest(): Promise<string> {
    const hash = createHash('sha256');
    for await (const part of createReadStream(Transfer.partFile(this.#folder))) hash.update(part as Buffer);
    return hash.digest('hex');
  }

  get file(): string {
    return Transfer.partFile(this.#folder);
  }

  get fileBytes(): number {
    return statSync(this.file).size;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#pending);
    await this.#storing.catch(() => {});
    await this.#file.close();
  }

  #write(received = Buffer.from(this.#bits).toString('base64')): void {
    writeDurably(Transfer.manifestFile(this.#folder), JSON.stringify({ ...this.manifest, received }));
  }
}
