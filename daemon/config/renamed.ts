import { isPlainObject, mergePatch, patchAt, valueAt, withoutPath } from './merge.js';

/** A key, or a whole group, that had another name. */
interface RenamedKey {
  /** Dotted paths. */
  readonly from: string;
  readonly to: string;
  /** The version that knows the new name. */
  readonly since: string;
}

/** Values of a key that had other names. */
interface RenamedValue {
  /** The dotted path that the key has now. */
  readonly key: string;
  /** The part of a value that has another name now. */
  readonly from: RegExp;
  readonly to: string;
  readonly since: string;
}

export interface Renames {
  readonly keys: readonly RenamedKey[];
  readonly values: readonly RenamedValue[];
}

/** Everything that users may have written down under an older name. It is accepted, with a warning. */
export const renames: Renames = {
  keys: [{ from: 'engine.recovery.standIn', to: 'engine.recovery.fallback', since: '0.2.0' }],
  // model-zybo is functional-sim-zybo
  values: [{ key: 'engine.backend', from: /^model(?=-|$)/, to: 'functional-sim', since: '0.2.0' }],
};

/** What was written under an older name, and where. */
export interface RenameNotice {
  readonly path: string;
  readonly message: string;
}

export interface Renewed<T> {
  readonly data: T;
  readonly notices: readonly RenameNotice[];
}

/**
 * A configuration, or a patch of one, with today's names. The same data if nothing in it has an older name, else a copy;
 * where both names are given, the new one counts.
 */
export function renewNames<T>(data: T, { keys, values }: Renames = renames): Renewed<T> {
  const notices: RenameNotice[] = [];
  let renewed: unknown = data;
  for (const { from, to, since } of keys) {
    const old = valueAt(renewed, from.split('.'));
    if (old === undefined) continue;
    const given = valueAt(renewed, to.split('.'));
    const both = given !== undefined && !(isPlainObject(given) && isPlainObject(old));
    const value = given === undefined ? old : mergePatch(old, given, { nullRemoves: false });
    renewed = moved(renewed, from.split('.'), to.split('.'), value);
    const outcome = both ? 'both are given, so that the old name is ignored' : 'the old name is still accepted';
    notices.push({ path: from, message: `is called ${to} since version ${since}; ${outcome}` });
  }
  for (const { key, from, to, since } of values) {
    const old = valueAt(renewed, key.split('.'));
    if (typeof old !== 'string' || !from.test(old)) continue;
    const value = old.replace(from, to);
    renewed = mergePatch(renewed, patchAt(key.split('.'), value), { nullRemoves: false });
    const message = `the value ${old} is called ${value} since version ${since}; the old name is still accepted`;
    notices.push({ path: key, message });
  }
  return { data: renewed as T, notices };
}

/** Today's name of a key or group. */
export function renewPath(path: string, { keys }: Renames = renames): string {
  return keys.reduce(
    (name, { from, to }) => (name === from || name.startsWith(`${from}.`) ? to + name.slice(from.length) : name),
    path,
  );
}

/** Today's name of a value of a key, e.g. of a backend that a command line names. */
export function renewValue(key: string, value: string, { values }: Renames = renames): string {
  return values.reduce((name, { key: of, from, to }) => (of === key ? name.replace(from, to) : name), value);
}

/** One line about an older name, for a log. */
export function noticeText(source: string, { path, message }: RenameNotice): string {
  return `${source}: ${path}: ${message}`;
}

/** The groups that a key has left empty go with it: a group that is no longer known would be a mistake. */
function moved(data: unknown, from: readonly string[], to: readonly string[], value: unknown): unknown {
  let rest = withoutPath(data, from);
  for (let group = from.slice(0, -1); group.length > 0; group = group.slice(0, -1)) {
    const left = valueAt(rest, group);
    if (isPlainObject(left) && Object.keys(left).length === 0) rest = withoutPath(rest, group);
  }
  return mergePatch(rest, patchAt(to, value), { nullRemoves: false });
}
