// `npm run bundle -- --board BOARD`: one reproducible .tar.zst that runs on a linux armv7l board.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { boardNames } from '../generate/read.mjs';
import { build } from '../setup/build.mjs';
import { onPath, root, say, stop } from '../setup/steps.mjs';
import { archive } from './archive.mjs';
import { crossCompileAddon } from './cross.mjs';
import { checkLibraries } from './libraries.mjs';
import { writeManifest } from './manifest.mjs';
import { installNode } from './node.mjs';
import { glibcVersions, installPackages } from './packages.mjs';
import { writeSbom } from './sbom.mjs';
import { stageFiles } from './stage.mjs';

const boards = boardNames();
const usage = `usage: npm run bundle -- --board ${boards.join('|')} [options]
  --glibc 2.36|2.31   the oldest C library to run on (2.31 brings sharp 0.34; default 2.36)
  --node              bring Node.js for armv7l along
  --node-archive F    bring this Node (an official node-vX-linux-armv7l .tar.xz or .tar.gz) instead of npm's
  --quick             compress quickly; the bundle gets larger, its contents and id stay the same
  --yocto             also write the variant without addon and Node that deploy/meta-zynqnetd packs
  --out DIR           where to write (default out/)`;

/** What the issue of a download over a slow line allows: without Node. */
const maxBundleBytes = 8 << 20;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        board: { type: 'string' },
        glibc: { type: 'string', default: '2.36' },
        node: { type: 'boolean', default: false },
        'node-archive': { type: 'string' },
        quick: { type: 'boolean', default: false },
        yocto: { type: 'boolean', default: false },
        out: { type: 'string', default: 'out' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    if (!boards.includes(values.board ?? '')) throw new Error(`expected --board as ${boards.join(', ')}`);
    if (!glibcVersions.includes(values.glibc)) throw new Error('expected --glibc as 2.36 or 2.31');
    return values;
  } catch (error) {
    process.stderr.write(`bundle: ${error instanceof Error ? error.message : error}\n${usage}\n`);
    process.exit(2);
  }
}

const options = readOptions();
for (const program of ['zstd', 'tar', 'arm-linux-gnueabihf-g++']) {
  if (!onPath(program)) stop('missing Debian packages: sudo apt-get install -y zstd tar g++-arm-linux-gnueabihf');
}
build();
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
const stage = join(root, 'build', 'bundle', `${options.board}-${options.glibc}`);
const outDir = resolve(root, options.out);
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
mkdirSync(outDir, { recursive: true });

say(`staging the bundle for ${options.board}`);
stageFiles(stage, options.board);
installPackages(stage, options.glibc);
if (options.yocto) {
  writeBundle('yocto', null);
}
say('cross-compiling the addon');
crossCompileAddon(join(stage, 'app/prebuilds/linux-arm/zynqnet.armv7.glibc.node'));
const withNode = options.node || options['node-archive'] !== undefined;
const node = withNode ? installNode(stage, options['node-archive']) : null;
// Our own part runs on the oldest C library of all variants, whichever is built.
checkLibraries(join(stage, 'app/prebuilds'), '2.31');
checkLibraries(stage, options.glibc);
writeBundle(options.glibc === '2.36' ? '' : `glibc${options.glibc}`, node);

function writeBundle(variant, nodeVersion) {
  writeSbom(stage, version, nodeVersion);
  const { id } = writeManifest(stage, {
    version,
    board: options.board,
    glibc: options.glibc,
    node: nodeVersion,
    variant,
  });
  const suffix = [variant, nodeVersion ? 'node' : ''].filter(Boolean).map((part) => `-${part}`);
  const file = join(outDir, `zynqnetd-${version}-${options.board}${suffix.join('')}.tar.zst`);
  archive(stage, file, options.quick ? 3 : 19);
  const bytes = statSync(file).size;
  say(`${relative(process.cwd(), file)}: ${(bytes / 1048576).toFixed(2)} MiB, version id ${id}`);
  if (!nodeVersion && !options.quick && bytes > maxBundleBytes)
    stop(`the bundle has ${bytes} bytes, more than the ${maxBundleBytes} allowed`);
  writeFileSync(`${file}.id`, `${id}\n`);
}
