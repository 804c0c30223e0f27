import { RequestError } from './reply.js';

const maxDepth = 32;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A message's JSON object. An empty message is an empty object. Throws `RequestError` 413 and 400: too long, not UTF-8, not
 * JSON, nested too deeply, not an object, or with a key that means something to JavaScript itself.
 */
export function parseMessage(payload: Uint8Array, maxBytes: number): Record<string, unknown> {
  if (payload.length > maxBytes) {
    throw new RequestError(413, `the message has ${payload.length} bytes; at most ${maxBytes} are read`);
  }
  if (payload.length === 0) return {};
  checkDepth(payload);
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    throw new RequestError(400, 'the message is not UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // the parser quotes what it was given: no more of it than helps
    throw new RequestError(400, `the message is not JSON: ${(error as Error).message.slice(0, 120)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError(400, 'the message must be a JSON object');
  }
  const name = forbiddenKey(value);
  if (name !== undefined) throw new RequestError(400, `the message has a key ${name}, which is not allowed`);
  return value as Record<string, unknown>;
}

/** Brackets outside strings, before the parser allocates anything for them. */
function checkDepth(payload: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < payload.length; index += 1) {
    const byte = payload[index];
    if (inString) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw new RequestError(400, `the message is nested deeper than ${maxDepth} levels`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}

function forbiddenKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = forbidden.has(name) && !Array.isArray(value) ? name : forbiddenKey(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The id of a message, if it has a usable one: the requester waits for an answer to it even where the rest is wrong. */
export function idOf(value: Record<string, unknown> | undefined): string | number | null {
  const id = value?.id;
  if (typeof id === 'string') return id.slice(0, 128);
  return typeof id === 'number' ? id : null;
}
