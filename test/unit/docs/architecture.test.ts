import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const tops = ['daemon', 'tools', 'native', 'firmware', 'boards', 'deploy', 'training', 'test', 'docs'];
const pathOf = new RegExp(`\`((?:${tops.join('|')})/[^\`\\s<*]*)\``, 'g');

/** The files and folders that a page names in code quotes. */
const named = (page: string) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(pathOf)].map(([, path = '']) => path);

const folders = (parent: string) =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(root, parent, entry.name)).length > 0)
    .map(({ name }) => join(parent, name, '/'));

describe.each(['docs/architecture.md', 'CONTRIBUTING.md'])('%s', (page) => {
  const paths = [...new Set(named(page))];

  it('names enough to be a map', () => {
    expect(paths.length).toBeGreaterThan(10);
  });

  it.each(paths)('%s exists', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});

describe('docs/architecture.md leaves out no folder', () => {
  const paths = new Set(named('docs/architecture.md'));

  it.each([...tops.map((top) => `${top}/`), ...['daemon', 'tools', 'native'].flatMap(folders)])('%s', (folder) => {
    expect(paths).toContain(folder);
  });
});
