// Programs with a time limit.
import { spawn } from 'node:child_process';

/** @typedef {{ seconds?: number, input?: string | Buffer, env?: Record<string, string>, cwd?: string }} RunOptions */

/**
 * Runs to the end; `code` is null when the time was up.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function capture(program, args, { seconds = 60, input, env, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text;
      });
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...output });
    });
    child.stdin.on('error', () => {}); // a program may end without reading everything
    child.stdin.end(input ?? '');
  });
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function mustRun(program, args, options) {
  const { code, stdout, stderr } = await capture(program, args, options);
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  return stdout;
}

/**
 * Asks until `probe` gives something, or throws its last error.
 * @template T
 * @param {string} what
 * @param {number} seconds
 * @param {() => T | Promise<T>} probe
 * @param {number} [intervalMs]
 * @returns {Promise<NonNullable<T>>}
 */
export async function eventually(what, seconds, probe, intervalMs = 500) {
  const end = Date.now() + seconds * 1000;
  let last = '';
  while (Date.now() < end) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : error}`;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  throw new Error(`${what} did not happen within ${seconds} s${last}`);
}
