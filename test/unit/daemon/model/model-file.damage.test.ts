import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../../daemon/model/model-file.js';
import { ZynqnetError } from '../../../../daemon/util/error.js';
import { errorCodes } from '../../../../daemon/util/error-codes.js';
import { smallModel } from '../../../support/small-model.js';

const good = smallModel({ size: 4 });

/** The error that the parser gives, or undefined when it takes the bytes. */
function refusal(bytes: Uint8Array): ZynqnetError | undefined {
  try {
    parseModelFile(bytes, 'damaged.zqn');
    return undefined;
  } catch (error) {
    if (error instanceof ZynqnetError) return error;
    throw error;
  }
}

/** Makes the digest right again, as only somebody who means harm would. */
function resealed(bytes: Buffer): Buffer {
  createHash('sha256')
    .update(bytes.subarray(0, -32))
    .digest()
    .copy(bytes, bytes.length - 32);
  return bytes;
}

describe('a damaged model file', () => {
  it('is taken while it is whole', () => {
    expect(refusal(good)).toBeUndefined();
  });

  it('is refused after every single flipped bit', () => {
    const seen = new Set<string>();
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const damaged = Buffer.from(good);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const error = refusal(damaged);
      if (!error) throw new Error(`accepted with bit ${bit} flipped`);
      seen.add(error.code);
    }
    expect([...seen].sort()).toEqual(['MODEL_DIGEST', 'MODEL_MAGIC', 'MODEL_TRUNCATED', 'MODEL_VERSION']);
  });

  it('is refused at every length but its own', () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(['MODEL_MAGIC', 'MODEL_TRUNCATED']).toContain(refusal(good.subarray(0, length))?.code);
    }
    expect(refusal(Buffer.concat([good, Buffer.alloc(1)]))?.code).toBe('MODEL_TRUNCATED');
  });

  it('says which file, why, and with a listed code, however it was damaged', () => {
    const edits = fc.array(fc.tuple(fc.nat(good.length - 33), fc.nat(255)), { minLength: 1, maxLength: 8 });
    let refused = 0;
    fc.assert(
      fc.property(edits, (changes) => {
        const damaged = Buffer.from(good);
        for (const [offset, value] of changes) damaged.writeUInt8(value, offset);
        const error = refusal(resealed(damaged));
        if (!error) return;
        refused += 1;
        expect(error.code in errorCodes && error.code.startsWith('MODEL_')).toBe(true);
        expect(error.message).toMatch(/^damaged\.zqn: .{10,}/);
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it('never allocates what it claims: lengths are checked first', () => {
    for (const offset of [8, 12, 16]) {
      const damaged = Buffer.from(good);
      damaged.writeUInt32LE(0xffffffff, offset);
      expect(refusal(resealed(damaged))?.code).toMatch(/^MODEL_(TRUNCATED|HEADER)$/);
    }
  });
});
