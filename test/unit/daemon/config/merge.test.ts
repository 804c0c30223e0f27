import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedPaths, mergePatch } from '../../../../daemon/config/merge.js';

describe('merge patch', () => {
  // RFC 7396, appendix A.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s with %s is %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result));
  });

  it('changes neither argument and never the object prototype', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (a, b) => {
        const [target, patch] = [JSON.parse(a), JSON.parse(b)];
        mergePatch(target, patch);
        expect([target, patch]).toEqual([JSON.parse(a), JSON.parse(b)]);
      }),
    );
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}}}'));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('changed paths', () => {
  it('names the leaves that differ', () => {
    const before = { a: { b: 1, c: [1, 2] }, d: 'x' };
    expect(changedPaths(before, { a: { b: 2, c: [1, 2] }, d: 'x' })).toEqual(['a.b']);
    expect(changedPaths(before, { a: { b: 1, c: [1] }, e: 1 })).toEqual(['a.c', 'd', 'e']);
    expect(changedPaths(before, structuredClone(before))).toEqual([]);
  });
});
