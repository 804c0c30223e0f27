import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Transfer } from '../../../../daemon/updates/transfer.js';

const folderFor = () => mkdtempSync(join(tmpdir(), 'zynqnetd-transfer-'));
const chunkBytes = 1024;

function announce(file: Buffer) {
  const sha256 = createHash('sha256').update(file).digest('hex');
  return { sha256, bytes: file.length, chunkBytes, signature: '', activate: true, url: null, requester: {} };
}

const part = (file: Buffer, chunk: number) => file.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes);

describe('a transfer', () => {
  it('is whole after every chunk came once at least, in any order, through any number of restarts', async () => {
    const steps = fc.array(
      fc.oneof({ weight: 8, arbitrary: fc.nat({ max: 9 }) }, { weight: 1, arbitrary: fc.constant('restart' as const) }),
      {
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 * chunkBytes }), steps, async (bytes, order) => {
        const folder = folderFor();
        const file = Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 31) & 0xff));
        let transfer = await Transfer.begin(folder, announce(file));
        const count = transfer.chunks;
        for (const step of [...order, ...Array(count).keys()]) {
          if (step === 'restart') {
            await transfer.save();
            await transfer.close();
            transfer = (await Transfer.resume(folder)) as Transfer;
          } else if (step < count) {
            const had = transfer.has(step);
            expect(await transfer.put(step, part(file, step))).toBe(!had);
          }
        }
        expect(transfer.complete).toBe(true);
        expect(transfer.missing(5)).toEqual([]);
        expect(await transfer.digest()).toBe(transfer.manifest.sha256);
        await transfer.close();
      }),
      { numRuns: 30 },
    );
  });

  it('counts only what has reached the disk: what a kill took away is missing again', async () => {
    const folder = folderFor();
    const file = Buffer.alloc(8 * chunkBytes, 7);
    const transfer = await Transfer.begin(folder, announce(file));
    await transfer.put(2, part(file, 2));
    await transfer.save();
    await transfer.put(5, part(file, 5));
    const killed = await Transfer.resume(folder); // the marks of chunk 5 had not been stored
    expect([killed?.has(2), killed?.has(5)]).toEqual([true, false]);
    expect(killed?.missing(5)).toEqual([
      [0, 1],
      [3, 7],
    ]);
    await transfer.close();
    await killed?.close();
  });

  it('takes no chunk that is none of its own', async () => {
    const file = Buffer.alloc(3 * chunkBytes + 10);
    const transfer = await Transfer.begin(folderFor(), announce(file));
    for (const [chunk, bytes] of [
      [4, 10],
      [-1, 1024],
      [0.5, 1024],
      [0, 1023],
      [3, 1024],
      [3, 11],
    ] as const) {
      await expect(transfer.put(chunk, Buffer.alloc(bytes))).rejects.toThrow('belongs to this model');
    }
    expect(await transfer.put(3, Buffer.alloc(10))).toBe(true);
    await transfer.close();
  });

  it('bounds what is on its way to the disk', async () => {
    const size = 262_144;
    const file = Buffer.alloc(20 * size);
    const transfer = await Transfer.begin(folderFor(), { ...announce(file), chunkBytes: size });
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, chunk) => transfer.put(chunk, file.subarray(0, size))),
    );
    expect(taken.filter(Boolean)).toHaveLength(4);
    await transfer.close();
  });

  it('is forgotten when its record is unreadable', async () => {
    const folder = folderFor();
    await (await Transfer.begin(folder, announce(Buffer.alloc(10)))).close();
    writeFileSync(Transfer.manifestFile(folder), readFileSync(Transfer.manifestFile(folder)).subarray(0, 20));
    expect(await Transfer.resume(folder)).toBeUndefined();
    expect(existsSync(Transfer.partFile(folder))).toBe(false);
  });
});
