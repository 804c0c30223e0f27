// Which module imports which, as the syntax says it: static, dynamic, re-exports; types count too.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';
import { root } from '../steps.mjs';

/**
 * The source files under a folder, relative to the checkout.
 * @param {string} folder
 * @returns {string[]}
 */
export function sourceFiles(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/**
 * @param {string} file
 * @returns {{ to: string, line: number, type: boolean }[]} the project's own files that it imports
 */
export function importsOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const { module, errors } = parseSync(file, text);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const found = [
    ...module.staticImports.map(({ start, moduleRequest, entries }) => ({
      at: start,
      name: moduleRequest.value,
      type: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ start, moduleRequest, isType }) =>
        moduleRequest ? [{ at: start, name: moduleRequest.value, type: isType }] : [],
      ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      at: start,
      name: text.slice(start + 1, end - 1),
      type: false,
    })),
  ];
  return found
    .filter(({ name }) => name.startsWith('.'))
    .map(({ at, name, type }) => ({
      to: sourceOf(normalize(join(dirname(file), name))),
      line: text.slice(0, at).split('\n').length,
      type,
    }));
}

/** What is imported as `x.js` is `x.ts` here; the compiled daemon counts as its source. */
const sourceOf = (path) => path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
