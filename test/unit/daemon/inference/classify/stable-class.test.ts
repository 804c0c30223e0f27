import { describe, expect, it } from 'vitest';
import { StableClass } from '../../../../../daemon/inference/classify/stable-class.js';

const rules = { threshold: 0.6, margin: 0.2, frames: 3 };
const seen = (index: number, probability = 0.9, second = 0.05) => [
  { index, probability },
  { index: 99, probability: second },
];

describe('the stable class', () => {
  it('changes only after enough frames in a row agree', () => {
    const stable = new StableClass();
    expect(stable.update(seen(1), rules)).toBeUndefined();
    expect(stable.update(seen(1), rules)).toBeUndefined();
    expect(stable.update(seen(1), rules)).toEqual({ before: null, after: { index: 1, probability: 0.9 } });
    expect(stable.update(seen(1), rules)).toBeUndefined();
  });

  it('is not moved by single odd frames, also when they alternate', () => {
    const stable = new StableClass();
    for (let n = 0; n < 3; n += 1) stable.update(seen(1), rules);
    const changes = [2, 1, 2, 2, 1, 3, 2, 3, 2, 3, 1].map((index) => stable.update(seen(index), rules));
    expect(changes.filter((change) => change !== undefined)).toEqual([]);
    expect(stable.current?.index).toBe(1);
  });

  it.each([
    ['too improbable', seen(2, 0.59, 0.1)],
    ['too close to the second', seen(2, 0.65, 0.5)],
    ['nothing at all', []],
  ])('falls back to none when the answer is %s for long enough', (_, top) => {
    const stable = new StableClass();
    for (let n = 0; n < 3; n += 1) stable.update(seen(1), rules);
    const changes = [1, 2, 3].map(() => stable.update(top, rules));
    expect(changes[1]).toBeUndefined();
    expect(changes[2]).toMatchObject({ before: { index: 1 }, after: null });
  });

  it('takes new rules with the next frame', () => {
    const stable = new StableClass();
    expect(stable.update(seen(1), { ...rules, frames: 1 })).toMatchObject({ after: { index: 1 } });
  });

  it('stays through weaker frames as far down as `hold` says, but does not begin there', () => {
    const stable = new StableClass();
    const held = { ...rules, hold: 0.3 };
    for (let n = 0; n < 5; n += 1) expect(stable.update(seen(1, 0.4, 0.35), held)).toBeUndefined();
    for (let n = 0; n < 3; n += 1) stable.update(seen(1), held);
    for (let n = 0; n < 5; n += 1) expect(stable.update(seen(1, 0.4, 0.35), held)).toBeUndefined();
    expect(stable.current?.index).toBe(1);
    for (let n = 0; n < 2; n += 1) expect(stable.update(seen(1, 0.2, 0.15), held)).toBeUndefined();
    expect(stable.update(seen(1, 0.2, 0.15), held)).toMatchObject({ before: { index: 1 }, after: null });
  });
});
