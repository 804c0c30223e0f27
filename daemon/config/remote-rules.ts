import type { LocalSettings } from './define.js';
import { allowedText, type ConfigIssue, schemaAt } from './issues.js';
import { type Key, keyOf } from './lookup.js';
import { isPlainObject } from './merge.js';

/** Why a message may not set a key: there is no such key, it is for the local file, or this value is not for messages. */
export interface PatchIssue extends ConfigIssue {
  readonly kind: 'unknown' | 'local' | 'invalid';
}

/**
 * Everything that a message must not do among what a patch does; types and ranges are the schema's business. `when`: the
 * change is being made, or it was made earlier and a start puts it into effect again. `local` is the local file alone.
 */
export function remoteIssues(
  patch: Record<string, unknown>,
  local: LocalSettings,
  when: 'at change' | 'at start' = 'at start',
): PatchIssue[] {
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
    if (!key.remote) return [{ path: dotted, message: 'can only be set in the local file', kind: 'local' }];
    const problem = value === null ? undefined : ruleProblem(key, value, local, when);
    return problem === undefined ? [] : [{ path: dotted, message: problem, kind: 'invalid' }];
  });
  return [...new Map(issues.map((issue) => [issue.path, issue])).values()];
}

function ruleProblem(
  { rule }: Key,
  value: unknown,
  local: LocalSettings,
  when: 'at change' | 'at start',
): string | undefined {
  return rule?.check(value, local) ?? (when === 'at change' ? rule?.checkAtChange?.(value, local) : undefined);
}

/** Named by the first of its parts that is not known, as the schema names it. */
function unknownKey(path: readonly string[]): PatchIssue {
  const length = path.findIndex((_, index) => schemaAt(path.slice(0, index + 1)) === undefined) + 1;
  const known = Object.keys(schemaAt(path.slice(0, length - 1))?.properties ?? {});
  const message = `unknown key; known here: ${known.join(', ')}`;
  return { path: shown(path.slice(0, length)), message, kind: 'unknown' };
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
