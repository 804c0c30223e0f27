import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definitionOf, effectOfTargets, key, membersOf, section, targets } from '../../../../daemon/config/define.js';
import { configJsonSchema } from '../../../../daemon/config/issues.js';
import { keyOf } from '../../../../daemon/config/lookup.js';
import { configSchema } from '../../../../daemon/config/schema.js';

/** Everything in these groups that is no group, with its dotted path. */
function leaves(members: z.ZodRawShape, path: readonly string[] = []): [string, z.ZodType][] {
  return Object.entries(members as Record<string, z.ZodType>).flatMap(([name, member]) => {
    const inner = membersOf(member);
    return inner === undefined ? [[[...path, name].join('.'), member]] : leaves(inner, [...path, name]);
  });
}

/** The keys that do not say what they apply. */
function undeclared(members: z.ZodRawShape): string[] {
  const declares = (schema: z.ZodType) => {
    const { applies = [] } = definitionOf(schema) ?? {};
    return applies.length > 0 && applies.every((target) => Object.hasOwn(targets, target));
  };
  return leaves(members).flatMap(([path, schema]) => (declares(schema) ? [] : [path]));
}

describe('the definition of a key', () => {
  it('says of every key of the configuration what it applies', () => {
    expect(leaves(configSchema.shape).length).toBeGreaterThan(100);
    expect(undeclared(configSchema.shape)).toEqual([]);
  });

  it('is missed where a key has none, says nothing, or was lost on the way', () => {
    const complete = key(z.string(), { default: '', applies: 'camera', doc: 'Complete.' });
    const group = section('A group.', {
      plain: z.string(),
      silent: key(z.string(), { default: '', applies: [], doc: 'Applies nothing, not even "nothing".' }),
      copied: complete.optional(),
      complete,
    });
    expect(undeclared({ group })).toEqual(['group.plain', 'group.silent', 'group.copied']);
  });

  it('cannot leave out what it applies, nor name what does not exist', () => {
    // @ts-expect-error `applies` is missing
    expect(() => key(z.string(), { default: '', doc: 'Incomplete.' })).toThrow();
    // @ts-expect-error there is no such target
    expect(() => key(z.string(), { default: '', applies: 'cammera', doc: 'Misspelt.' })).toThrow();
  });

  it.each([
    [['nothing'], 'live'],
    [['labels', 'model'], 'pipeline'],
    [['model', 'process'], 'process'],
    [[], 'live'],
  ] as const)('has an effect that follows from what it applies: %s is %s', (names, effect) => {
    expect(effectOfTargets(names)).toBe(effect);
  });

  it('is what the JSON Schema shows', () => {
    const shown = (path: string) =>
      path
        .split('.')
        .reduce<{ properties?: Record<string, object> }>(
          (node, name) => node.properties?.[name] ?? {},
          configJsonSchema() as never,
        );
    for (const [path] of leaves(configSchema.shape)) {
      const { doc, effect, remote, rule } = keyOf(path.split('.')) ?? expect.fail(path);
      const wanted = { description: doc, effect, remote, ...(rule && { remoteRule: rule.words }) };
      expect(shown(path), path).toMatchObject(wanted);
    }
  });
});
