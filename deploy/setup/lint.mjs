// One external linter over many files.
import { spawnSync } from 'node:child_process';
import { root } from './steps.mjs';

/** Runs the linter over the files, shows what it says and takes over its exit status; 2 if it cannot be started. */
export function lintWith(program, files, args = []) {
  const { status, error } = spawnSync(program, [...args, ...files], { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${program} did not start: ${error.message}`);
  else if (status === 0) console.log(`${program}: ${files.length} files, nothing found`);
  process.exitCode = error ? 2 : (status ?? 1);
}
