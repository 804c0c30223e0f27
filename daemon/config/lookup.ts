import type { z } from 'zod';
import { definitionOf, type Effect, effectOfTargets, type KeyDefinition, membersOf, type Target } from './define.js';
import { configSchema } from './schema.js';

export interface Key extends KeyDefinition {
  /** Dotted path. */
  readonly name: string;
}

/** The key that a path leads to or into. */
export function keyOf(path: readonly string[]): Key | undefined {
  let members: z.ZodRawShape | undefined = configSchema.shape;
  for (const [index, name] of path.entries()) {
    if (members === undefined || !Object.hasOwn(members, name)) return undefined;
    const member = members[name] as z.ZodType;
    const definition = definitionOf(member);
    if (definition !== undefined) return { name: path.slice(0, index + 1).join('.'), ...definition };
    members = membersOf(member);
  }
  return undefined;
}

/** Everything that takes up a change of these dotted paths. */
export function targetsOf(paths: readonly string[]): Set<Target> {
  return new Set(paths.flatMap((path) => keyOf(path.split('.'))?.applies ?? ['process']));
}

/** What a change of these dotted paths costs: the strongest effect of its keys. */
export function effectOf(paths: readonly string[]): Effect {
  return effectOfTargets(targetsOf(paths));
}
