import { describe, expect, test } from 'vitest';
import type { Check, Context } from '../../../../daemon/doctor/check.js';
import { checksFor } from '../../../../daemon/doctor/checks/checks-for.js';
import { failed, ok, uncertain, warning } from '../../../../daemon/doctor/finding.js';
import { runChecks, withNeeds } from '../../../../daemon/doctor/runner.js';
import { configOf } from './support/board.js';

const context = {} as Context;
const check = (id: string, run: Check['run'], more: Partial<Check> = {}): Check => ({
  ...{ id, group: 'program', title: id.toUpperCase(), limitMs: 5000, run },
  ...more,
});

describe('runner', () => {
  test('a check that never answers fails at its limit, is told so, and the next one runs', async () => {
    let told = false;
    const hanging = check(
      'hangs',
      (_, signal) => new Promise(() => signal.addEventListener('abort', () => (told = true))),
      { limitMs: 20, hungRemedy: 'power it off' },
    );
    const results = await runChecks([hanging, check('next', () => ok('fine'))], context);
    expect(results[0]).toMatchObject({ state: 'failed', found: 'no answer within 0.02 s', remedy: 'power it off' });
    expect(told).toBe(true);
    expect(results[1]).toMatchObject({ state: 'ok', found: 'fine' });
  });

  test('patience multiplies the limits', async () => {
    const slow = check('slow', () => new Promise(() => {}), { limitMs: 10 });
    const [result] = await runChecks([slow], context, { patience: 3 });
    expect(result?.found).toBe('no answer within 0.03 s');
  });

  test('a check that throws, at once or later, has failed', async () => {
    const results = await runChecks(
      [
        check('now', () => {
          throw new Error('broken now');
        }),
        check('later', async () => {
          throw new Error('broken later');
        }),
      ],
      context,
    );
    expect(results.map(({ state, found }) => [state, found])).toEqual([
      ['failed', 'broken now'],
      ['failed', 'broken later'],
    ]);
  });

  test('what needs a check that does not hold is skipped, with the first cause', async () => {
    const needs = (id: string, ...ids: string[]) => check(id, () => ok('ran'), { needs: ids });
    const results = await runChecks(
      [
        check('bad', () => failed('x', 'y')),
        check('unsure', () => uncertain('x', 'y')),
        check('warned', () => warning('x', 'y')),
        needs('a', 'bad'),
        needs('b', 'a'),
        needs('c', 'unsure'),
        needs('d', 'warned'),
        needs('e', 'warned', 'b'),
      ],
      context,
    );
    expect(Object.fromEntries(results.slice(3).map(({ id, found }) => [id, found]))).toEqual({
      a: "'BAD' has failed",
      b: "'BAD' has failed",
      c: "'UNSURE' is not certain",
      d: 'ran',
      e: "'BAD' has failed",
    });
  });

  test('only some: what they need comes along, in the order of the list', () => {
    const list = [check('a', () => ok('')), check('b', () => ok('')), check('c', () => ok(''), { needs: ['a'] })];
    expect(withNeeds(list, ['c']).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(() => withNeeds(list, ['z'])).toThrow("no check is called 'z'; there are a, b, c");
  });
});

describe.each(['auto', 'fpga', 'cpu', 'functional-sim-zc706', 'rtl'])('the list of checks, backend %s', (backend) => {
  const checks = checksFor(configOf({ engine: { backend } }));

  test('has no name twice, and everything that is needed stands before', () => {
    const seen = new Set<string>();
    for (const { id, needs = [] } of checks) {
      for (const need of needs) expect(seen, `${id} needs ${need}`).toContain(need);
      expect(seen).not.toContain(id);
      seen.add(id);
    }
  });

  test('every check has a limit and a title that fits the table', () => {
    for (const { id, limitMs, title } of checks) {
      expect(limitMs, id).toBeGreaterThan(0);
      expect(limitMs, id).toBeLessThanOrEqual(120_000);
      expect(title.length, id).toBeLessThan(20);
    }
  });
});

test('whatever touches the accelerator needs FPGA, clock and device first, through however many steps', () => {
  const checks = checksFor(configOf({ engine: { backend: 'fpga' } }));
  const all = (id: string): string[] => {
    const needs = checks.find((one) => one.id === id)?.needs ?? [];
    return [...needs, ...needs.flatMap(all)];
  };
  for (const id of ['bitstream', 'copy', 'answer']) {
    expect(all(id)).toEqual(expect.arrayContaining(['fpga', 'clock', 'uio', 'board']));
  }
  for (const id of ['copy', 'answer']) expect(all(id)).toEqual(expect.arrayContaining(['bitstream', 'memory', 'free']));
});
