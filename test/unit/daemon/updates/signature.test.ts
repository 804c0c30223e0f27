import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  digestOf,
  generateKeys,
  readTrustedKeys,
  signDigest,
  verifySignature,
} from '../../../../daemon/updates/signature.js';

const keys = generateKeys();
const digest = digestOf(Buffer.from('a model'));
const { signature, key } = signDigest(digest, keys.privatePem);

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-keys-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const trusted = readTrustedKeys(
  folderWith({ 'a.pem': generateKeys().publicPem, 'b.pem': keys.publicPem, 'note.txt': 'x' }),
);

describe('a signature', () => {
  it('is by one of the trusted keys, for exactly this file', () => {
    expect(verifySignature(digest, signature, trusted)).toBe(key);
    expect(key).toBe(keys.id);
    expect(() => verifySignature({ ...digest, bytes: 8 }, signature, trusted)).toThrow('trusted');
    expect(() => verifySignature(digestOf(Buffer.from('A model')), signature, trusted)).toThrow('trusted');
    expect(() => verifySignature(digest, signature, trusted.slice(0, 1))).toThrow('trusted');
    expect(() => verifySignature(digest, signature, [])).toThrow('no key is trusted here');
  });

  it('is not anything that is written differently', () => {
    const written = [
      '',
      'AAAA',
      `${signature}AA`,
      signature.slice(4),
      ` ${signature}`,
      signature.replace('=', ''),
      '!'.repeat(88),
    ];
    for (const text of written) expect(() => verifySignature(digest, text, trusted)).toThrow('not by a trusted key');
  });

  it('needs Ed25519 keys, and public ones on a board', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = (type: 'pkcs8' | 'spki') =>
      type === 'pkcs8'
        ? other.privateKey.export({ type, format: 'pem' }).toString()
        : other.publicKey.export({ type, format: 'pem' }).toString();
    expect(() => signDigest(digest, pem('pkcs8'))).toThrow('Ed25519');
    expect(() => signDigest(digest, keys.publicPem)).toThrow('private key');
    expect(() => readTrustedKeys(folderWith({ 'e.pem': pem('spki') }))).toThrow('Ed25519');
    expect(() => readTrustedKeys(folderWith({ 'k.pem': keys.privatePem }))).toThrow(
      'only public ones belong on a board',
    );
    expect(() => readTrustedKeys(folderWith({ 'k.pem': 'nothing' }))).toThrow('k.pem');
    expect(() => readTrustedKeys('/nonexistent')).toThrow('update.keysFolder');
    expect(readTrustedKeys(null)).toEqual([]);
  });
});
