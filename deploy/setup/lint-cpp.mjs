#!/usr/bin/env node
// `npm run check:cpp [-- PART_OF_A_PATH...]`: clang-tidy (.clang-tidy) over the C++ files that the native build compiles.
// A file that was clean is read again only when it, a header that it includes or the configuration has changed.
// Minutes the first time. Ends with 1 if anything is found.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { build } from './build.mjs';
import { root, stop } from './steps.mjs';

const folder = join(root, 'build/native');
const cache = join(root, 'build/clang-tidy');
/** The build is g++'s: its -Wconversion leaves signs alone, and clang does not know all of its options. */
const asGcc = ['-Wno-sign-conversion', '-Wno-unknown-warning-option'].map((option) => `--extra-arg=${option}`);

/** The files that the build has read for each source: what Ninja noted. */
function dependencies() {
  const { stdout } = spawnSync('ninja', ['-C', folder, '-t', 'deps'], { encoding: 'utf8', maxBuffer: 256 << 20 });
  const found = new Map();
  for (const block of stdout.split('\n\n')) {
    const files = block
      .split('\n')
      .slice(1)
      .map((line) => resolve(folder, line.trim()));
    if (files[0]) found.set(files[0], files);
  }
  return found;
}

/**
 * What a clean result stands for: the command, the configuration and our own files that go into it.
 * @param {{ file: string, command: string }} entry
 * @param {string[]} files
 */
function keyOf({ command }, files) {
  const hash = createHash('sha256')
    .update(command)
    .update(readFileSync(join(root, '.clang-tidy')));
  const own = files.filter((file) => file.startsWith(`${root}/`) && !file.includes('/node_modules/'));
  for (const file of own.sort()) hash.update(relative(root, file)).update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * Resolves to whether clang-tidy found nothing in the file.
 * @param {string} file
 */
function isClean(file) {
  return new Promise((done, reject) => {
    const child = spawn('clang-tidy', ['-p', folder, '--quiet', ...asGcc, file], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', reject).on('close', (code) => {
      process.stdout.write(code === 0 ? '' : output);
      done(code === 0);
    });
  });
}

build('test');
if (spawnSync('clang-tidy', ['--version']).error) stop('clang-tidy is missing; run: apt-get install clang-tidy');
mkdirSync(cache, { recursive: true });
const parts = process.argv.slice(2);
const included = dependencies();
/** @type {{ file: string, command: string }[]} */
const commands = JSON.parse(readFileSync(join(folder, 'compile_commands.json'), 'utf8'));
const wanted = commands
  .filter(({ file }) => parts.length === 0 || parts.some((part) => relative(root, file).includes(part)))
  .map((entry) => ({ file: entry.file, stamp: join(cache, keyOf(entry, included.get(entry.file) ?? [entry.file])) }));
const waiting = wanted.filter(({ stamp }) => !existsSync(stamp));
process.stdout.write(`clang-tidy: ${wanted.length} files, ${waiting.length} of them changed\n`);
let bad = 0;
const work = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (await isClean(next.file)) writeFileSync(next.stamp, '');
    else bad += 1;
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, work));
process.stdout.write(`clang-tidy: findings in ${bad} files\n`);
process.exitCode = bad === 0 ? 0 : 1;
