// What of the production packages never runs on a board. Licences stay with their packages.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const needless =
  /(\.(map|md|markdown|mts|cts|flow|tsbuildinfo|yml|h|cc|cpp|gyp)|\.d\.ts|\.test\.js|\.spec\.js|\/(AUTHORS|Makefile|\.[^/]+))$/i;
/** Right in a package: deeper down such names are code (yaml has a dist/doc). */
const needlessFolders = /\/(test|tests|__tests__|docs?|examples?|benchmarks?|bench|\.github|coverage|man)$/i;
const licence = /(^|\/)(licen[cs]e|copying|notice|third-party)[^/]*$/i;

/** Builds for browsers and sources beside their compiled form: the daemon starts and its tests pass without them. */
const forOthers = [
  'mqtt/dist',
  'protobufjs/dist',
  'yaml/browser',
  'zod/src',
  'zod/v3',
  'zod/mini',
  'zod/v4-mini',
  '@babel/runtime/helpers/esm',
];

/** Removes them from a node_modules folder. */
export function trimPackages(nodeModules) {
  for (const path of forOthers) rmSync(join(nodeModules, path), { recursive: true, force: true });
  trim(nodeModules);
}

function trim(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      rmSync(path);
    } else if (entry.isDirectory()) {
      const whole = existsSync(join(folder, 'package.json')) && needlessFolders.test(path);
      if (!whole) trim(path);
      if (whole || readdirSync(path).length === 0) rmSync(path, { recursive: true });
    } else if ((needless.test(path) || /\/zod\/.*\.cjs$/.test(path)) && !licence.test(path)) {
      rmSync(path);
    }
  }
}
