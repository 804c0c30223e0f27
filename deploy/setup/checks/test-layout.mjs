// Tests lie where their subject does: test/unit/PATH/NAME[.aspect].test.ts has a file or folder PATH/NAME beside it in the
// source, and a folder of test/integration is named for a part of the repository.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../steps.mjs';
import { sourceFiles } from './modules.mjs';

const there = (/** @type {string} */ path) => existsSync(join(root, path));

/**
 * What is wrong with where a unit test lies.
 * @param {string} file relative to test/unit
 */
function misplaced(file) {
  const subject = file.replace(/(\.[^./]+)?\.test\.ts$/, '');
  const isCode = /^(daemon|tools)\//.test(subject);
  // Of what is no TypeScript (documents, device trees, firmware), the folder says enough.
  if (subject.includes('/support/')) return there(`test/unit/${subject}.ts`) ? undefined : 'it tests no file beside it';
  if (!isCode) return there(dirname(file)) ? undefined : `there is no folder ${dirname(file)}`;
  return there(`${subject}.ts`) || there(subject)
    ? undefined
    : `there is neither ${subject}.ts nor a folder ${subject}`;
}

const findings = sourceFiles('test')
  .filter((file) => file.endsWith('.test.ts'))
  .flatMap((file) => {
    const [, kind, ...rest] = file.split('/');
    if (kind === 'unit') {
      const why = misplaced(rest.join('/'));
      return why === undefined ? [] : [`${file}: ${why}`];
    }
    const part = rest[0] ?? '';
    const isPart = rest.length === 1 || [part, `daemon/${part}`, `native/${part}`].some(there);
    return kind !== 'integration' || isPart ? [] : [`${file}: the repository has no part named ${part}`];
  });
for (const finding of findings) process.stdout.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
