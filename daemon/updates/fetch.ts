import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Backoff } from '../util/backoff.js';
import { messageOf, ZynqnetError } from '../util/error.js';
import { sleepUntilAborted } from '../util/sleep.js';
import { matchesWildcard } from '../util/wildcard.js';
import type { Transfer } from './transfer.js';

export interface FetchPolicy {
  /** Host names, `*` for anything. */
  readonly hosts: readonly string[];
  readonly caFile: string | null;
  readonly limitMs: number;
  /** Ceiling of the wait before the first retry; doubles with each. */
  readonly retryMs?: number;
}

const maxRedirects = 3;
const maxAttempts = 6;
const silenceMs = 30_000;

/** Says what keeps an address from being fetched, or nothing. */
export function addressProblem(address: string, hosts: readonly string[]): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return 'it is not an address';
  }
  if (url.protocol !== 'https:') return 'only https:// addresses are fetched';
  if (url.username !== '' || url.password !== '') return 'it carries credentials';
  const allowed = hosts.some((pattern) => matchesWildcard(pattern.toLowerCase(), url.hostname.toLowerCase()));
  return allowed ? undefined : `update.hosts does not list ${url.hostname}`;
}

/**
 * Fetches what a transfer still lacks, chunk after chunk, from its first gap on (`Range`, RFC 9110 section 14). A
 * connection that breaks is tried again from where it broke. Throws MODEL_INSTALL when the policy, the server or the
 * clock forbid it.
 */
export async function fetchInto(
  transfer: Transfer,
  address: string,
  policy: FetchPolicy,
  stop: AbortSignal,
): Promise<void> {
  const end = performance.now() + policy.limitMs;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(policy.limitMs)]);
  const { retryMs = 1000 } = policy;
  const backoff = new Backoff(retryMs, retryMs * 2 ** maxAttempts, 'equal');
  for (let attempt = 1; !transfer.complete; attempt += 1) {
    const before = transfer.percent;
    try {
      await fetchOnce(transfer, address, policy, signal);
    } catch (error) {
      if (stop.aborted) throw failed(address, 'it was cancelled');
      if (performance.now() >= end) throw failed(address, `it took longer than ${policy.limitMs / 1000} s`);
      if (error instanceof ZynqnetError) throw error;
      if (transfer.percent > before) {
        attempt = 1; // it gets on: patience
        backoff.reset();
      }
      if (attempt >= maxAttempts) throw failed(address, messageOf(error));
      await sleepUntilAborted(backoff.nextMs(), signal);
    }
  }
}

async function fetchOnce(transfer: Transfer, address: string, policy: FetchPolicy, signal: AbortSignal): Promise<void> {
  const { bytes, chunkBytes } = transfer.manifest;
  const first = transfer.missing(1)[0]?.[0] ?? 0;
  let at = first * chunkBytes;
  const answer = await request(address, at, policy, signal);
  try {
    if (answer.statusCode === 200) at = 0; // it knows no ranges: from the start, chunks that are there are skipped
    const announced = Number(answer.headers['content-length'] ?? bytes - at);
    if (announced !== bytes - at)
      throw failed(address, `the server has ${announced + at} bytes, the request said ${bytes}`);
    let waiting: Buffer[] = [];
    let length = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      waiting.push(part);
      length += part.length;
      if (at + length > bytes) throw failed(address, `it is longer than the ${bytes} bytes of the request`);
      let chunk = Math.floor(at / chunkBytes);
      while (chunk < transfer.chunks && length >= transfer.sizeOf(chunk)) {
        const whole = Buffer.concat(waiting, length);
        const size = transfer.sizeOf(chunk);
        await transfer.put(chunk, whole.subarray(0, size));
        waiting = [whole.subarray(size)];
        length -= size;
        at += size;
        chunk += 1;
      }
    }
    if (!transfer.complete) throw new Error('the connection was closed too early');
  } finally {
    answer.destroy();
  }
}

/** The answer, its body still to be read. Throws MODEL_INSTALL for what another attempt cannot change. */
async function request(
  address: string,
  from: number,
  policy: FetchPolicy,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const ca = policy.caFile === null ? undefined : readFileSync(policy.caFile);
  let url = new URL(address);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const problem = addressProblem(url.href, policy.hosts);
    if (problem !== undefined) throw failed(url.href, problem);
    const answer = await get(url, from, ca, signal);
    const { statusCode: status = 0, headers } = answer;
    if (status === 200 || (status === 206 && headers['content-range']?.startsWith(`bytes ${from}-`))) return answer;
    answer.destroy();
    if (status >= 300 && status < 400 && headers.location !== undefined) url = new URL(headers.location, url);
    else if (status >= 500 || status === 429) throw new Error(`status ${status}`);
    else throw failed(url.href, `status ${status}`);
  }
  throw failed(address, `it redirects more than ${maxRedirects} times`);
}

function get(url: URL, from: number, ca: Buffer | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = { 'user-agent': 'zynqnetd', ...(from > 0 && { range: `bytes=${from}-` }) };
  return new Promise((resolve, reject) => {
    const asked = https.get(url, { headers, signal, agent: false, timeout: silenceMs, ...(ca && { ca }) }, resolve);
    asked.on('timeout', () => asked.destroy(new Error(`the server sent nothing for ${silenceMs / 1000} s`)));
    asked.on('error', reject);
  });
}

function failed(address: string, reason: string): ZynqnetError {
  const shown = URL.canParse(address) ? new URL(address).origin + new URL(address).pathname : 'the address';
  return new ZynqnetError('MODEL_INSTALL', `${shown} cannot be fetched: ${reason}`);
}
