// Which files of the repository a check reads.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.mjs';

/**
 * The repository's files, those that Git does not know yet included, that match `pattern`.
 * @param {RegExp} pattern
 */
export function filesMatching(pattern) {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error('Git cannot list the files: this check runs in a clone of the repository only');
  const names = new Set(stdout.split('\0').filter((name) => name !== '' && pattern.test(name)));
  return [...names].filter((name) => existsSync(join(root, name))).sort();
}

/**
 * The file's first line, as far as 80 bytes show it.
 * @param {string} name
 */
export function firstLine(name) {
  const file = openSync(join(root, name), 'r');
  try {
    const start = Buffer.alloc(80);
    return start.toString('latin1', 0, readSync(file, start)).split('\n')[0] ?? '';
  } finally {
    closeSync(file);
  }
}
