type Plain = Record<string, unknown>;

export function isPlainObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON merge patch (RFC 7396): objects merge key by key, null removes a key, anything else replaces.
 * Returns new data; neither argument is changed. Keys are own data properties, `__proto__` included.
 */
export function mergePatch(target: unknown, patch: unknown, { nullRemoves = true } = {}): unknown {
  if (!isPlainObject(patch)) return patch;
  const merged = new Map(Object.entries(isPlainObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null && nullRemoves) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value, { nullRemoves }));
  }
  return Object.fromEntries(merged);
}

/** Dotted paths of the leaves (and lists) in which two configurations differ. */
export function changedPaths(before: unknown, after: unknown, prefix = ''): string[] {
  if (!isPlainObject(before) || !isPlainObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [prefix];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    changedPaths(before[name], after[name], prefix === '' ? name : `${prefix}.${name}`),
  );
}

/** What is at a path, or undefined. */
export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined,
    data,
  );
}

/** The patch that sets one key. */
export function patchAt(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, name) => Object.fromEntries([[name, inner]]), value);
}

/** A copy without what is at a path; the groups that it was in stay. */
export function withoutPath(data: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || !isPlainObject(data) || !Object.hasOwn(data, name)) return data;
  const { [name]: inner, ...others } = data;
  return rest.length === 0 ? others : { ...data, [name]: withoutPath(inner, rest) };
}
