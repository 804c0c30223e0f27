#!/usr/bin/env node
// Writes everything that follows from boards/, firmware/presets/ and firmware/chips.json.
// Usage: boards.mjs [--check] [--root CHECKOUT]   (--check writes nothing and fails if a file is out of date)
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { leftovers, outputs } from './outputs.mjs';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: fileURLToPath(new URL('../../', import.meta.url)) },
  },
});
const { check, root } = values;

try {
  for (const [path, text] of Object.entries(outputs(root))) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    if (check) {
      process.stderr.write(`${path} is out of date: run npm run generate\n`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, text);
      process.stdout.write(`wrote ${path}\n`);
    }
  }
  for (const path of leftovers(root)) {
    if (check) {
      process.stderr.write(`${path} belongs to no board and no preset: run npm run generate\n`);
      process.exitCode = 1;
    } else {
      rmSync(join(root, path));
      process.stdout.write(`removed ${path}\n`);
    }
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
