// Runs the checks, two at a time, and prints a line for each as it ends.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { onPath, root } from '../steps.mjs';
import { checks } from './list.mjs';

/** @param {import('./list.mjs').Check} check */
function outputOf({ program, args }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program === 'node' ? process.execPath : program, args, { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject).on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/**
 * @param {string} state
 * @param {string} name
 * @param {string} rest
 */
const line = (state, name, rest) => process.stdout.write(`${state.padEnd(8)}${name.padEnd(42)}${rest}\n`);

/** Resolves to the numbers of checks. */
export async function runChecks() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const started = performance.now();
  const seconds = (/** @type {number} */ since) => `${((performance.now() - since) / 1000).toFixed(1)} s`.padStart(7);
  const waiting = [...checks];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const program = check.needs ?? check.program;
      if (program !== 'node' && !onPath(program)) {
        total.skipped += 1;
        line('skipped', check.name, `needs ${program}: apt-get install ${check.debian ?? program}`);
        continue;
      }
      const began = performance.now();
      const { ok, output } = await outputOf(check);
      const found = ok ? 0 : (output.match(check.finding ?? /^.+$/gm)?.length ?? 0);
      total[ok ? 'passed' : 'failed'] += 1;
      line(ok ? 'ok' : 'FAILED', check.name, `${seconds(began)}  ${found} findings`);
      if (!ok) process.stdout.write(`${output.trimEnd()}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  process.stdout.write(`${checks.length} checks in ${seconds(started).trim()}\n`);
  return total;
}
