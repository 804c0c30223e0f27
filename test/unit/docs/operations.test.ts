import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';

const page = new URL('../../../docs/operations.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const rows = text
  .slice(text.indexOf('## How daemons of this kind fail'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| in the field'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

/** Files that the table links to, by the name that later rows call them by. */
const files = new Map(
  [...text.matchAll(/\]\((\.\.\/test\/[^)]+)\)/g)].map(([, link = '']) => [basename(link), new URL(link, page)]),
);
files.set('endurance', new URL('../test/endurance/faults.ts', page));

describe('the table of what goes wrong in the field', () => {
  it.each(rows)('%s', (...cells) => {
    const tests = cells[2] ?? '';
    // `name.test.ts` or a link to it, or a command, and after it the names of tests in quotes.
    for (const part of tests.split('; ')) {
      const link = /\]\((\.\.\/test\/[^)]+)\)/.exec(part)?.[1];
      const name = link === undefined ? /^[a-z-]+(\.test\.ts)?/.exec(part)?.[0] : undefined;
      const file = link === undefined ? files.get(name ?? '') : new URL(link, page);
      if (file === undefined) expect(part).toContain('bench pipeline');
      else {
        expect(existsSync(file), part).toBe(true);
        const source = readFileSync(file, 'utf8');
        for (const [, quoted = ''] of part.matchAll(/"([^"]+)"/g)) expect(source).toContain(quoted);
      }
    }
  });
});
