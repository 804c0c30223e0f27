// The checks of `npm run check`, as data: another row is another check.
import { generators } from '../generators.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} program `node` is this process's own
 * @property {string[]} args
 * @property {string} [needs] a program without which the check is skipped, if it is not `program` itself
 * @property {string} [debian] the Debian package that brings it
 * @property {RegExp} [finding] what one finding looks like in the output; else each line is one
 */

const tsc = 'node_modules/typescript/bin/tsc';
const typeError = /error TS\d+/g;

/** @type {Check[]} */
export const checks = [
  {
    name: 'lint and format (Biome)',
    program: 'node',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=none'],
    finding: /^\S+(:\d+:\d+ lint| format| assist|:\d+:\d+ parse).*━$/gm,
  },
  {
    name: 'types of the source and its tests',
    program: 'node',
    args: [tsc, '-p', 'test/tsconfig.json'],
    finding: typeError,
  },
  { name: 'types of the scripts', program: 'node', args: [tsc, '-p', 'tsconfig.scripts.json'], finding: typeError },
  { name: 'layers and cycles of imports', program: 'node', args: ['deploy/setup/checks/imports.mjs'] },
  { name: 'where tests lie', program: 'node', args: ['deploy/setup/checks/test-layout.mjs'] },
  {
    name: 'dead exports, files and packages',
    program: 'node',
    args: ['node_modules/knip/bin/knip.js', '--no-progress', '--reporter', 'compact'],
  },
  {
    name: 'exports that only tests need',
    program: 'node',
    args: ['node_modules/knip/bin/knip.js', '--no-progress', '--reporter', 'compact', '--production'],
  },
  {
    name: 'format of C++ (clang-format)',
    program: 'node',
    args: ['deploy/setup/format-cpp.mjs', '--check'],
    needs: 'clang-format',
    finding: /error: code should be clang-formatted/g,
  },
  { name: 'shell scripts (shellcheck)', program: 'node', args: ['deploy/setup/lint-shell.mjs'], needs: 'shellcheck' },
  { name: 'Python (flake8)', program: 'node', args: ['deploy/setup/lint-python.mjs'], needs: 'flake8' },
  { name: 'RTL of every preset (Verilator)', program: 'sh', args: ['firmware/scripts/lint.sh'], needs: 'verilator' },
  ...generators.map(({ name, script }) => ({ name: `generated: ${name}`, program: 'node', args: [script, '--check'] })),
];
