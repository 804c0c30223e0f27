import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../../daemon/util/package-root.js';

/** Writes a file of the checkout; with `--check` it only reports that the file is out of date, and the process fails. */
export function writeGenerated(path: string, text: string): void {
  const file = join(packageRoot, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${relative(packageRoot, file)} is out of date: run npm run generate\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    process.stdout.write(`wrote ${relative(packageRoot, file)}\n`);
  }
}
