// Coverage of daemon/ and tools/: what the tests ran in their own process and what the programs ran that they start, together.
// Printed at the end of `npm test`; fails below the floor (coverage-floor.json), which rises with what is reached.
// node deploy/setup/coverage.mjs VITEST.json FOLDER [--files]: of vitest, and of NODE_V8_COVERAGE; --files names the biggest holes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeProcessCovs } from '@bcoe/v8-coverage';
import { convert } from 'ast-v8-to-istanbul';
import { parseSync } from 'oxc-parser';
import { root } from './steps.mjs';

/**
 * What a file's coverage says, of istanbul's format.
 * @typedef {object} FileCoverage
 * @property {string} path
 * @property {Record<string, { start: Place }>} statementMap
 * @property {Record<string, { type: string, loc: { start: Place } }>} branchMap
 * @property {Record<string, number>} s
 * @property {Record<string, number[]>} b
 * @typedef {{ line: number, column: number }} Place
 */

/** Lines and branches of one source file, whether they have run. */
class Source {
  /** @type {Map<number, boolean>} */
  lines = new Map();
  /** By kind and place: the same in what tests and programs ran, though each has the file compiled in its own way.
   * @type {Map<string, boolean>} */
  branches = new Map();

  /** @param {FileCoverage} coverage */
  add({ statementMap, branchMap, s, b }) {
    for (const [id, { start }] of Object.entries(statementMap)) {
      this.lines.set(start.line, this.lines.get(start.line) === true || (s[id] ?? 0) > 0);
    }
    for (const [id, { type, loc }] of Object.entries(branchMap)) {
      for (const [way, count] of (b[id] ?? []).entries()) {
        const key = `${type} ${loc.start.line}:${loc.start.column} ${way}`;
        this.branches.set(key, this.branches.get(key) === true || count > 0);
      }
    }
  }
}

/**
 * What programs left in a folder with NODE_V8_COVERAGE, of the files in dist/.
 * @param {string} folder
 */
function ranByPrograms(folder) {
  const dist = `${pathToFileURL(join(root, 'dist')).href}/`;
  /** @type {import('@bcoe/v8-coverage').ProcessCov} */
  let all = { result: [] };
  for (const name of readdirSync(folder)) {
    try {
      const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const ours = result.filter((/** @type {{ url: string }} */ { url }) => url.startsWith(dist));
      all = mergeProcessCovs([all, { result: ours }]);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error; // a program that was killed while it wrote
    }
  }
  return all.result;
}

/**
 * Traces what ran in a file of dist/ back to its source.
 * @param {import('@bcoe/v8-coverage').ScriptCov} coverage
 * @returns {Promise<FileCoverage[]>}
 */
async function toSources(coverage) {
  const file = fileURLToPath(coverage.url);
  if (!existsSync(`${file}.map`)) return [];
  const code = readFileSync(file, 'utf8');
  const sourceMap = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  const ast = /** @type {any} */ (parseSync(file, code).program);
  return Object.values(await convert({ code, sourceMap, ast, coverage }));
}

const [vitestReport, programs, ...flags] = process.argv.slice(2);
if (vitestReport === undefined || programs === undefined)
  throw new Error('usage: coverage.mjs VITEST.json FOLDER [--files]');

/** @type {Map<string, Source>} */
const sources = new Map();
/** @param {FileCoverage} coverage */
const add = (coverage) => {
  const name = relative(root, coverage.path);
  if (!/^(daemon|tools)\//.test(name)) return; // vitest takes test/unit/daemon for daemon, too
  const source = sources.get(name) ?? new Source();
  source.add(coverage);
  sources.set(name, source);
};
for (const coverage of Object.values(JSON.parse(readFileSync(vitestReport, 'utf8')))) add(coverage);
for (const script of ranByPrograms(programs)) for (const coverage of await toSources(script)) add(coverage);

/** @param {Iterable<Map<any, boolean>>} maps */
function share(maps) {
  const all = [...maps].flatMap((map) => [...map.values()]);
  const ran = all.filter(Boolean).length;
  return { missed: all.length - ran, percent: all.length === 0 ? 100 : (100 * ran) / all.length };
}

/**
 * @param {string} name
 * @param {Source[]} parts
 */
function row(name, parts) {
  const lines = share(parts.map((part) => part.lines));
  const branches = share(parts.map((part) => part.branches));
  const shown = [lines, branches].map(({ percent }) => percent.toFixed(1).padStart(8));
  process.stdout.write(`${name.padEnd(24)}${shown.join('')}${String(lines.missed).padStart(14)}\n`);
  return { lines, branches };
}

const folderOf = (/** @type {string} */ name) => name.split('/').slice(0, 2).join('/');
process.stdout.write(`${''.padEnd(24)} lines %  branches %  lines missed\n`);
for (const folder of [...new Set([...sources.keys()].map(folderOf))].sort()) {
  row(
    folder,
    [...sources].filter(([name]) => folderOf(name) === folder).map(([, source]) => source),
  );
}
const reached = row('all', [...sources.values()]);

if (flags.includes('--files')) {
  const holes = [...sources]
    .map(([name, { lines }]) => ({ name, lines: [...lines].filter(([, ran]) => !ran).map(([line]) => line) }))
    .sort((a, b) => b.lines.length - a.lines.length);
  for (const { name, lines } of holes.slice(0, 40)) process.stdout.write(`${name}: ${lines.join(' ')}\n`);
}

const floor = JSON.parse(readFileSync(join(root, 'deploy/setup/coverage-floor.json'), 'utf8'));
// On somebody's machine without the data beside the checkout, or some tool, tests are skipped; CI has what it needs.
const complete = process.env.CI !== undefined || existsSync(join(root, '../shared'));
if (!complete) process.stdout.write('the floor is not applied: this is not CI, and the data of ../shared is missing\n');
for (const what of /** @type {const} */ (['lines', 'branches'])) {
  if (!complete || reached[what].percent >= floor[what]) continue;
  process.stdout.write(`${what}: ${reached[what].percent.toFixed(1)} % is below the floor of ${floor[what]} %\n`);
  process.exitCode = 1;
}
