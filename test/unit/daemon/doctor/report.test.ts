import { expect, test } from 'vitest';
import type { Result } from '../../../../daemon/doctor/finding.js';
import { count, Table, toJson, wrap } from '../../../../daemon/doctor/report.js';

const result = (id: string, state: Result['state'], found: string, more: Partial<Result> = {}): Result => ({
  ...{ id, group: 'program', title: id, state, found, durationMs: 3 },
  ...more,
});

function drawn(results: readonly Result[], width = 80, colour = false): string {
  let text = '';
  const table = new Table({ width, colour }, (part) => {
    text += part;
  });
  for (const one of results) table.add(one);
  table.end(results);
  return text;
}

const long = 'a sentence that is quite a bit longer than what remains of one line of eighty columns, twice over indeed';

test('no line but a command is wider than the terminal', () => {
  const results = [
    result('one', 'ok', long),
    result('two', 'failed', `several lines:\n  first: ${long}\n  second`, { remedy: `run ${long}`, group: 'network' }),
  ];
  for (const width of [60, 80, 120]) {
    const lines = drawn(results, width).split('\n');
    for (const line of lines) if (!line.includes('->')) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(lines).toContain(`           -> run ${long}`);
  }
});

test('groups are headed once, the sum ends it', () => {
  const text = drawn([
    result('a', 'ok', 'x'),
    result('b', 'warning', 'x', { remedy: 'do' }),
    result('c', 'skipped', 'no board', { group: 'accelerator' }),
    result('d', 'skipped', 'no board', { group: 'accelerator' }),
    result('e', 'ok', 'x', { group: 'camera' }),
  ]);
  expect(text.match(/^\w+$/gm)).toEqual(['Program', 'Accelerator', 'Camera']);
  expect(text.match(/no board/g)).toHaveLength(1);
  expect(text).toContain('for the same reason');
  expect(text.trimEnd().split('\n').at(-1)).toBe('2 ok, 1 warning, 0 failed, 2 skipped');
});

test('colour only where it is asked for', () => {
  const results = [result('a', 'failed', 'x', { remedy: 'y' })];
  expect(drawn(results)).not.toContain('\x1b');
  expect(drawn(results, 80, true)).toContain('\x1b[31mfailed');
});

test('JSON has every check and the sum', () => {
  const results = [result('a', 'ok', 'x'), result('b', 'failed', 'y', { remedy: 'z', holds: false })];
  const parsed = JSON.parse(toJson(results, '0.1.0'));
  expect(parsed).toEqual({
    version: '0.1.0',
    summary: { ok: 1, warning: 0, failed: 1, skipped: 0 },
    checks: [
      { id: 'a', group: 'program', title: 'a', state: 'ok', found: 'x', durationMs: 3 },
      { id: 'b', group: 'program', title: 'b', state: 'failed', found: 'y', mend: 'z', durationMs: 3 },
    ],
  });
  expect(count(results).failed).toBe(1);
});

test('a word longer than the line stands alone', () => {
  expect(wrap('ab cdefghijkl mn', 5)).toEqual(['ab', 'cdefghijkl', 'mn']);
  expect(wrap('', 5)).toEqual(['']);
});
