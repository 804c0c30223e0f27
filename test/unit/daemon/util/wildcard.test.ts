import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard } from '../../../../daemon/util/wildcard.js';

describe('a pattern with stars', () => {
  it.each([
    ['*', '', true],
    ['*', 'a.b/c', true],
    ['gate', 'gate', true],
    ['gate', 'gates', false],
    ['gate*', 'gate', true],
    ['*.example.com', 'models.example.com', true],
    ['*.example.com', 'example.com', false],
    ['a*a', 'a', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxcyyb', false],
    ['a*bc*c', 'abc', false],
    ['a.c', 'abc', false],
    ['[ab]*', '[ab]c', true],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
  });

  it.each([
    ['/dev/video*', '/dev/video0', true],
    ['/dev/*', '/dev/v4l/by-id', false],
    ['/dev/*/by-id/*', '/dev/v4l/by-id/usb-1', true],
    ['/dev/video*', '/dev/video0/', false],
  ])('between slashes, %s and %s: %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text, '/')).toBe(expected);
  });

  it('means what the regular expression means', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 });
    fc.assert(
      fc.property(piece, piece, (pattern, text) => {
        expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
        const between = new RegExp(`^${pattern.replaceAll('*', '[^/]*')}$`);
        expect(matchesWildcard(pattern, text, '/')).toBe(between.test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
