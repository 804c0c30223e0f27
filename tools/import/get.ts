import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadModel } from '../../daemon/model/model-file.js';
import { ZynqnetError } from '../../daemon/util/error.js';
import { matchesWildcard } from '../../daemon/util/wildcard.js';
import { type Conversion, convertModel } from './convert.js';
import { fetchPublished, gitHub, type Origins } from './fetch-published.js';
import { type PublishedModel, publishedModels } from './published.js';
import { readSource } from './source-files.js';

/** One source file and how it was checked. */
export interface CheckedFile {
  readonly name: string;
  readonly sha256: string;
  /** pinned: the published digest; known: as at the last import; new: seen for the first time, taken on trust */
  readonly trust: 'pinned' | 'known' | 'new';
}

export interface GetResult {
  readonly conversion: Conversion;
  readonly files: readonly CheckedFile[];
}

export interface GetOptions {
  /** a folder with the files, or one file of them (the other lies beside it); fetched when absent */
  readonly from?: string;
  readonly labels?: string;
  readonly origins?: Origins;
}

/**
 * Imports a public original: finds or fetches its files, checks their SHA-256, and writes `output`. Throws ZynqnetError:
 * IMPORT_FETCH, IMPORT_DIGEST, IMPORT_OPTIONS, or as the import itself.
 */
export async function getModel(model: PublishedModel, output: string, options: GetOptions = {}): Promise<GetResult> {
  if (options.from !== undefined)
    return await importChecked(model, await findFiles(model, options.from), output, options);
  const folder = await mkdtemp(path.join(tmpdir(), 'zynqnetd-get-'));
  try {
    const files = await fetchPublished(model, folder, options.origins ?? gitHub);
    return await importChecked(model, files, output, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where the originals are and how to import them by hand. */
export function whereabouts(name: string, model: PublishedModel): string {
  return [
    `${model.title}, licence ${model.licence}`,
    `  https://github.com/${model.repository}`,
    ...model.files.map(
      ({ path: file, sha256 }) => `  ${file}  ${sha256 ? `SHA-256 ${sha256}` : '(no published digest)'}`,
    ),
    `Without a network here: download these files elsewhere, then zynqnetd model get ${name} --from FOLDER`,
  ].join('\n');
}

export function publishedModel(name: string): PublishedModel {
  const known: Readonly<Record<string, PublishedModel>> = publishedModels;
  const model = Object.hasOwn(known, name) ? known[name] : undefined;
  if (model === undefined) {
    throw new ZynqnetError('IMPORT_OPTIONS', `no public model '${name}'; known are ${Object.keys(known).join(', ')}`);
  }
  return model;
}

async function importChecked(
  model: PublishedModel,
  files: readonly string[],
  output: string,
  options: GetOptions,
): Promise<GetResult> {
  const before = await digestsOf(output);
  const checked: CheckedFile[] = [];
  for (const file of files) checked.push(await check(model, file, before));
  const importOptions = { ...model.options, ...(options.labels !== undefined && { labels: options.labels }) };
  return { conversion: await convertModel(files, output, importOptions), files: checked };
}

async function check(model: PublishedModel, file: string, before: ReadonlyMap<string, string>): Promise<CheckedFile> {
  const name = path.basename(file);
  const { sha256 } = await readSource(file);
  const pinned = model.files.find((entry) => path.posix.basename(entry.path) === name)?.sha256;
  const expected = pinned ?? before.get(name);
  if (expected !== undefined && expected !== sha256) {
    const whose = pinned ? 'the published original has' : 'the import before this one had';
    throw new ZynqnetError('IMPORT_DIGEST', `${file}: SHA-256 is ${sha256}, ${whose} ${expected}; nothing was written`);
  }
  return { name, sha256, trust: pinned ? 'pinned' : expected ? 'known' : 'new' };
}

/** What an earlier import recorded in `output`'s provenance: unpinned files are compared with that. */
async function digestsOf(output: string): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  if (!existsSync(output)) return digests;
  const { header } = await loadModel(output);
  const imported = header.provenance.imported as
    | { files?: readonly { name?: unknown; sha256?: unknown }[] }
    | undefined;
  for (const file of Array.isArray(imported?.files) ? imported.files : []) {
    digests.set(String(file?.name), String(file?.sha256));
  }
  return digests;
}

/** The model's files in a folder, or beside the one that was named. */
async function findFiles(model: PublishedModel, from: string): Promise<string[]> {
  const isFolder = await stat(from).then(
    (info) => info.isDirectory(),
    (error) => {
      throw new ZynqnetError('IMPORT_OPTIONS', `--from ${from}: ${(error as Error).message}`, { cause: error });
    },
  );
  // a network in one file needs no company
  if (!isFolder && from.toLowerCase().endsWith('.onnx')) return [from];
  const folder = isFolder ? from : path.dirname(from);
  const names = await readdir(folder);
  return model.files.map(({ path: wanted }) => {
    const pattern = path.posix.basename(wanted);
    const matches = names.filter((name) => matchesWildcard(pattern, name, '/'));
    const [match] = matches;
    if (match === undefined) throw new ZynqnetError('IMPORT_OPTIONS', `${folder}: no ${pattern}`);
    if (matches.length > 1)
      throw new ZynqnetError('IMPORT_OPTIONS', `${folder}: ${matches.length} files like ${pattern}; leave one`);
    return path.join(folder, match);
  });
}
