/**
 * Signatures of models: Ed25519 (RFC 8032) over a short text that names the file's SHA-256 and size, so that a signature
 * can be checked before a single byte of the file has been received.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ZynqnetError } from '../util/error.js';

/** What distinguishes one model file from all others. */
export interface ModelDigest {
  /** Hexadecimal, of the whole file. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface TrustedKey {
  /** First 16 hexadecimal digits of the SHA-256 of the public key's DER. */
  readonly id: string;
  readonly key: KeyObject;
}

export function digestOf(file: Uint8Array): ModelDigest {
  return { sha256: createHash('sha256').update(file).digest('hex'), bytes: file.length };
}

/** The bytes that are signed. The first line keeps a signature from meaning anything elsewhere. */
function signedText({ sha256, bytes }: ModelDigest): Buffer {
  return Buffer.from(`zynqnetd model 1\nsha256 ${sha256}\nbytes ${bytes}\n`);
}

/** A new key pair as PEM: PKCS #8, and SubjectPublicKeyInfo. */
export function generateKeys(): { privatePem: string; publicPem: string; id: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    id: keyId(publicKey),
  };
}

/** Base64. Throws MODEL_SIGNATURE for a key that is not an Ed25519 private key. */
export function signDigest(digest: ModelDigest, privatePem: string): { signature: string; key: string } {
  let key: KeyObject;
  try {
    key = createPrivateKey(privatePem);
  } catch (error) {
    throw new ZynqnetError('MODEL_SIGNATURE', `not a private key in PEM: ${messageOf(error)}`);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new ZynqnetError('MODEL_SIGNATURE', `an Ed25519 key is needed, this one is ${key.asymmetricKeyType}`);
  }
  return { signature: sign(null, signedText(digest), key).toString('base64'), key: keyId(createPublicKey(key)) };
}

/** The id of the trusted key that made this signature. Throws MODEL_SIGNATURE if none did. */
export function verifySignature(digest: ModelDigest, signature: string, keys: readonly TrustedKey[]): string {
  const bytes = Buffer.from(signature, 'base64');
  const wellFormed = bytes.length === 64 && bytes.toString('base64') === signature;
  const found = wellFormed ? keys.find(({ key }) => verify(null, signedText(digest), key, bytes)) : undefined;
  if (found !== undefined) return found.id;
  const known = keys.length === 0 ? 'no key is trusted here' : `trusted are ${keys.map(({ id }) => id).join(', ')}`;
  throw new ZynqnetError('MODEL_SIGNATURE', `the signature is not by a trusted key for this model; ${known}`);
}

/** Every Ed25519 public key of a folder. Files that hold something else are an error: silence would hide a typing mistake. */
export function readTrustedKeys(folder: string | null): TrustedKey[] {
  if (folder === null) return [];
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.pem'));
  } catch (error) {
    throw new ZynqnetError('MODEL_SIGNATURE', `update.keysFolder cannot be read: ${messageOf(error)}`);
  }
  return names.sort().map((name) => {
    const file = join(folder, name);
    try {
      const text = readFileSync(file, 'utf8');
      if (text.includes('PRIVATE')) throw new Error('it is a private key; only public ones belong on a board');
      const key = createPublicKey(text);
      if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is ${key.asymmetricKeyType}, not Ed25519`);
      return { id: keyId(key), key };
    } catch (error) {
      throw new ZynqnetError('MODEL_SIGNATURE', `${file} is no Ed25519 public key: ${messageOf(error)}`);
    }
  });
}

function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}
