import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../../daemon/util/backoff.js';

const waits = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.nextMs());

describe('back-off', () => {
  it.each([
    ['full', 0, [0, 0, 0, 0, 0]],
    ['full', 0.5, [50, 100, 200, 250, 250]],
    ['equal', 0, [50, 100, 200, 250, 250]],
    ['equal', 1, [100, 200, 400, 500, 500]],
  ] as const)('with %s jitter and %d from the dice doubles up to its ceiling', (jitter, dice, expected) => {
    expect(waits(new Backoff(100, 500, jitter, () => dice), 5)).toEqual(expected);
  });

  it('starts anew after a reset', () => {
    const backoff = new Backoff(100, 500, 'equal', () => 1);
    waits(backoff, 3);
    backoff.reset();
    expect(backoff.nextMs()).toBe(100);
  });

  it('never exceeds a ceiling below its first wait', () => {
    expect(waits(new Backoff(1000, 10, 'equal', () => 1), 2)).toEqual([10, 10]);
  });

  it('stays within its growing ceiling', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (luck, attempts) => {
          const backoff = new Backoff(1000, 60_000, 'full', () => luck);
          for (let n = 0; n < attempts; n += 1) {
            const wait = backoff.nextMs();
            expect(wait).toBeLessThanOrEqual(Math.min(60_000, 1000 * 2 ** n));
            expect(wait).toBeCloseTo(luck * Math.min(60_000, 1000 * 2 ** n), 6);
          }
          backoff.reset();
          expect(backoff.nextMs()).toBeLessThanOrEqual(1000);
        },
      ),
    );
  });
});
