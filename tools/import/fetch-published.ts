import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, ZynqnetError } from '../../daemon/util/error.js';
import { matchesWildcard } from '../../daemon/util/wildcard.js';
import { sourceLimits } from './limits.js';
import type { PublishedFile, PublishedModel } from './published.js';

/** Where repositories are read; tests put a server of their own here. */
export interface Origins {
  /** `${files}/owner/name/HEAD/path` is a file */
  readonly files: string;
  /** `${listings}/repos/owner/name/contents/folder` lists a folder as JSON */
  readonly listings: string;
}

export const gitHub: Origins = { files: 'https://raw.githubusercontent.com', listings: 'https://api.github.com' };

const requestTimeoutMs = 300_000;

/** Fetches a published model's files into `folder` and returns their paths. Throws IMPORT_FETCH. */
export async function fetchPublished(
  model: PublishedModel,
  folder: string,
  origins: Origins = gitHub,
): Promise<string[]> {
  const fetched: string[] = [];
  for (const file of model.files) {
    const inRepository = await resolveName(model, file, origins);
    const url = `${origins.files}/${model.repository}/HEAD/${inRepository.split('/').map(encodeURIComponent).join('/')}`;
    const target = path.join(folder, path.basename(inRepository));
    await writeFile(target, await download(url));
    fetched.push(target);
  }
  return fetched;
}

/** The one file of the folder that matches a `*`. */
async function resolveName(model: PublishedModel, file: PublishedFile, origins: Origins): Promise<string> {
  if (!file.path.includes('*')) return file.path;
  const [folder, pattern] = [path.posix.dirname(file.path), path.posix.basename(file.path)];
  const url = `${origins.listings}/repos/${model.repository}/contents/${encodeURIComponent(folder)}`;
  const listing: unknown = parseJson(url, await download(url));
  const names = (Array.isArray(listing) ? listing : []).map((entry: { name?: unknown }) => String(entry?.name ?? ''));
  const matches = names.filter((name) => matchesWildcard(pattern, name, '/'));
  const [match] = matches;
  if (match === undefined || matches.length > 1) {
    throw new ZynqnetError(
      'IMPORT_FETCH',
      `${url} lists ${matches.length} files like ${pattern}; get the right one yourself and use --from`,
    );
  }
  return `${folder}/${match}`;
}

function parseJson(url: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new ZynqnetError('IMPORT_FETCH', `${url}: not JSON`, { cause: error });
  }
}

async function download(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > sourceLimits.fileBytes) throw new Error(`more than ${sourceLimits.fileBytes} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts, length);
  } catch (error) {
    const { cause } = error as Error;
    const reason = cause === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(cause)})`;
    throw new ZynqnetError('IMPORT_FETCH', `${url}: ${reason}`, { cause: error });
  }
}
