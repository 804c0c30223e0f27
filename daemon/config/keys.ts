import { z } from 'zod';

/** What a change of a key costs: nothing, a restart of camera and engine, or a restart of the process. */
export type Effect = 'live' | 'pipeline' | 'process';

/** What each key carries besides its type; it ends up in the JSON Schema too. */
export interface KeyMeta {
  readonly description: string;
  readonly effect: Effect;
  /** False: only the local file may set it, never a message (addresses, paths, credentials, commands). */
  readonly remote: boolean;
  /** What a message may set this remote key to, where that is less than the file may; checked in remote-rules.ts. */
  readonly remoteRule?: string;
}

/** A key with its default, effect and description. `local` marks one that no message may change. */
export function key<T extends z.ZodType>(schema: T, standard: z.output<T>, effect: Effect, description: string) {
  return schema.default(standard as never).meta({ description, effect, remote: true } satisfies KeyMeta);
}

export function localKey<T extends z.ZodType>(schema: T, standard: z.output<T>, effect: Effect, description: string) {
  return schema.default(standard as never).meta({ description, effect, remote: false } satisfies KeyMeta);
}

/** A key that a message may change within a rule, given in words; remote-rules.ts enforces it. */
export function guardedKey<T extends z.ZodType>(
  schema: T,
  standard: z.output<T>,
  effect: Effect,
  description: string,
  remoteRule: string,
) {
  return schema.default(standard as never).meta({ description, effect, remote: true, remoteRule } satisfies KeyMeta);
}

/** A group of keys; leaving the group out means all its defaults, a key that it does not know is an error. */
export function section<T extends z.ZodRawShape>(description: string, shape: T) {
  return z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ description });
}

/** A path of the local file system. */
export const path = z.string().min(1).max(4096);

export const port = z.int().min(1).max(65_535);
