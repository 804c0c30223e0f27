// Small helpers of the set-up scripts. Plain Node, no dependencies: they run before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export function say(text) {
  process.stdout.write(`[setup] ${text}\n`);
}

/**
 * Ends the set-up with one line that says what is wrong and what to do.
 * @param {string} text
 * @returns {never}
 */
export function stop(text) {
  process.stderr.write(`[setup] ${text}\n`);
  process.exit(1);
}

/** @typedef {{ quiet?: boolean, env?: Record<string, string> }} RunOptions */

/**
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} options
 */
function runToEnd(program, args, { quiet = false, env = {} }) {
  return spawnSync(program, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
}

/**
 * Whether the program ended well.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} options
 */
export function tryRun(program, args, options = {}) {
  return runToEnd(program, args, options).status === 0;
}

/**
 * Runs a program to its end and stops the set-up when it fails. `quiet` shows its output only then.
 * @param {string} what
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} options
 */
export function run(what, program, args, options = {}) {
  const result = runToEnd(program, args, options);
  if (result.status === 0) return;
  if (options.quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  stop(`${what} failed: ${result.error?.message ?? `${program} ended with ${result.status ?? result.signal}`}`);
}

export function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/**
 * SHA-256 over the names and contents of files and folders (relative to the root); absent ones count as absent.
 * @param {string[]} paths
 * @param {(path: string) => boolean} accepts
 */
export function contentHash(paths, accepts = () => true) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) {
      hash.update(`absent ${path}\n`);
    } else if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) visit(join(path, name));
    } else if (accepts(path)) {
      hash.update(`file ${path}\n`).update(readFileSync(full));
    }
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/** Does `work` unless it was done before for the same `hash`; the stamp is written only after it succeeded. */
export function once(stampPath, hash, work) {
  const stamp = join(root, stampPath);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}
