import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { allowedText, type ConfigIssue, schemaAt } from './issues.js';
import type { KeyMeta } from './keys.js';
import { isPlainObject } from './merge.js';
import type { Config } from './schema.js';

/** Why a message may not set a key: there is no such key, it is for the local file, or this value is not for messages. */
export interface PatchIssue extends ConfigIssue {
  readonly kind: 'unknown' | 'local' | 'invalid';
}

/** Says what is wrong with a value that a message gives, or nothing. `local` is the local file alone. */
type Rule = (value: unknown, local: Config) => string | undefined;

/** Where installed models are kept, or undefined if there is no place for them. */
export function modelFolder({ model, device }: Pick<Config, 'model' | 'device'>): string | undefined {
  return model.folder ?? (device.stateFolder === null ? undefined : join(device.stateFolder, 'models'));
}

/** A file name and nothing else: it cannot lead out of the folder, nor to files that are still being received. */
export const modelFileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.zqn$/;

const plainAddress =
  (protocols: RegExp): Rule =>
  (value) => {
    let url: URL;
    try {
      url = new URL(String(value));
    } catch {
      return 'is not an address';
    }
    if (!protocols.test(url.protocol)) return `${url.protocol}// can only be set in the local file`;
    if (url.username !== '' || url.password !== '') return 'credentials can only be set in the local file';
    return undefined;
  };

const ofModelFolder: Rule = (value, local) => {
  const folder = modelFolder(local);
  if (folder === undefined) return 'there is no model folder here: set device.stateFolder or model.folder';
  if (typeof value !== 'string' || !modelFileName.test(value)) {
    return 'must be the name of a model in the model folder, without a path';
  }
  return undefined;
};

const allowedDevice: Rule = (value, { device }) => {
  const allowed = device.allowedDevices.some((pattern) => globMatches(pattern, String(value)));
  return allowed ? undefined : `must match one of ${device.allowedDevices.join(', ')} (device.allowedDevices)`;
};

/** By dotted path: every key that carries a `remoteRule`. A test checks that these are all of them. */
export const remoteRules: Readonly<Record<string, Rule>> = {
  'camera.v4l2.device': allowedDevice,
  'camera.http.url': plainAddress(/^https?:$/),
  'camera.ffmpeg.input': plainAddress(/^rtsps?:$/),
  'model.file': ofModelFolder,
};

/** Everything that a message must not do among what a patch does; types and ranges are the schema's business. */
export function remoteIssues(patch: Record<string, unknown>, local: Config): PatchIssue[] {
  const issues = leaves(patch).flatMap(({ path, value }): PatchIssue[] => {
    const dotted = shown(path);
    const key = keyOf(path);
    if (key === undefined) {
      const node = schemaAt(path);
      if (node === undefined) return [unknownKey(path)];
      if (value === undefined) return []; // an empty group changes nothing
      const message = `is a group: allowed is ${allowedText(node)}; config/reset takes keys back to their defaults`;
      return [{ path: dotted, message, kind: 'invalid' }];
    }
    if (!key.meta.remote) return [{ path: dotted, message: 'can only be set in the local file', kind: 'local' }];
    const problem = value === null ? undefined : remoteRules[key.name]?.(value, local);
    return problem === undefined ? [] : [{ path: dotted, message: problem, kind: 'invalid' }];
  });
  return [...new Map(issues.map((issue) => [issue.path, issue])).values()];
}

/** Named by the first of its parts that is not known, as the schema names it. */
function unknownKey(path: readonly string[]): PatchIssue {
  const length = path.findIndex((_, index) => schemaAt(path.slice(0, index + 1)) === undefined) + 1;
  const known = Object.keys(schemaAt(path.slice(0, length - 1))?.properties ?? {});
  const message = `unknown key; known here: ${known.join(', ')}`;
  return { path: shown(path.slice(0, length)), message, kind: 'unknown' };
}

/** A model that a patch names must be there; asked once, at the change, not at each start. */
export function missingModel(patch: Record<string, unknown>, local: Config): PatchIssue[] {
  const name = isPlainObject(patch.model) ? patch.model.file : undefined;
  const folder = modelFolder(local);
  // Anything but a plain name is refused elsewhere; looking for it would tell which files there are.
  if (typeof name !== 'string' || !modelFileName.test(name) || folder === undefined) return [];
  if (existsSync(join(folder, name))) return [];
  return [{ path: 'model.file', message: `there is no ${name} in the model folder`, kind: 'invalid' }];
}

/** The key that a path leads to or into, with what it carries. */
export function keyOf(path: readonly string[]): { name: string; meta: KeyMeta } | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = schemaAt(path.slice(0, length)) as Partial<KeyMeta> | undefined;
    if (node?.effect !== undefined) return { name: path.slice(0, length).join('.'), meta: node as KeyMeta };
  }
  return undefined;
}

interface Leaf {
  readonly path: readonly string[];
  /** undefined: an empty object. */
  readonly value: unknown;
}

function leaves(value: unknown, path: readonly string[] = []): Leaf[] {
  if (!isPlainObject(value)) return [{ path, value }];
  const entries = Object.entries(value);
  if (entries.length === 0) return path.length === 0 ? [] : [{ path, value: undefined }];
  return entries.flatMap(([name, inner]) => leaves(inner, [...path, name]));
}

/** Names come from outside: never longer in an answer than a real one could be. */
export function shown(path: readonly PropertyKey[]): string {
  const text = path.join('.');
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}

function globMatches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(text) && !text.split('/').includes('..');
}
