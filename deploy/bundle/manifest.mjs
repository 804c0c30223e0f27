// bundle.json says what a bundle is; manifest.sha256 lets the board prove that it arrived whole.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function lines(folder) {
  return files(folder)
    .map((name) => `${digest(join(folder, name))}  ${name}\n`)
    .join('');
}

/** Writes both files. The id is `version-board-` and the first digits of the digest of everything else in the bundle. */
export function writeManifest(stage, { version, board, glibc, node, variant }) {
  for (const name of ['bundle.json', 'manifest.sha256']) rmSync(join(stage, name), { force: true });
  const content = createHash('sha256').update(lines(stage)).digest('hex').slice(0, 12);
  const id = `${version}-${board}-${content}`;
  const facts = { id, version, board, arch: 'armv7l', glibc, node, variant: variant || 'standard' };
  writeFileSync(join(stage, 'bundle.json'), `${JSON.stringify(facts, null, 2)}\n`);
  writeFileSync(join(stage, 'manifest.sha256'), lines(stage));
  return facts;
}
