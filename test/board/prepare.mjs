// Builds what the emulated board needs: accelerator process, plugin, root file system, device trees, bundle, pictures.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archive } from '../../deploy/bundle/archive.mjs';
import { writeManifest } from '../../deploy/bundle/manifest.mjs';
import { installNode } from '../../deploy/bundle/node.mjs';
import { idCodeOf, writeBitstream } from './bitstream.mjs';
import { makeDeviceTree } from './device-tree.mjs';
import { baseTree, hostBuild, root, work } from './files.mjs';
import { writePictures } from './pictures.mjs';
import { mustRun } from './process.mjs';

const say = (text) => process.stdout.write(`[board] ${text}\n`);

async function buildHost() {
  say('building the accelerator behind the board (minutes, the first time)');
  // As native/tests/sim/rtl_tests.cmake has it, so that either finds what the other has built.
  const options = [
    ...['-DZYNQNET_ADDON=OFF', '-DZYNQNET_TESTS=ON', '-DZYNQNET_BOARD=ON'],
    ...['-DZYNQNET_RTL=ON', '-DZYNQNET_RTL_ASSERT=ON', '-DZYNQNET_RTL_PRESETS=zybo'],
  ];
  const launcher = existsSync('/usr/bin/ccache') ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
  const configure = ['-S', 'native', '-B', hostBuild, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'];
  await mustRun('cmake', [...configure, ...options, ...launcher], { cwd: root, seconds: 300 });
  const targets = ['--target', 'zynqnet_qemu_plugin', 'zynqnet_board_host'];
  await mustRun('cmake', ['--build', hostBuild, ...targets], { cwd: root, seconds: 1800 });
}

export async function makeBundle(folder = 'out') {
  say('making the bundle');
  const out = join(work, folder);
  rmSync(out, { recursive: true, force: true });
  const args = ['deploy/bundle/bundle.mjs', '--board', 'zybo', '--quick', '--out', out];
  await mustRun(process.execPath, args, { cwd: root, seconds: 1800 });
  const name = readdirSync(out).find((file) => file.endsWith('.tar.zst'));
  if (name === undefined) throw new Error(`no bundle in ${out}`);
  return join(out, name);
}

/** Node as an image has it, beside the bundle: four fifths of a bundle's bytes need not go through the emulated network. */
function makeNodeFolder() {
  const [made, folder] = [join(work, 'node'), join(work, 'image')];
  for (const name of [made, folder]) rmSync(name, { recursive: true, force: true });
  for (const name of ['usr/bin', 'usr/lib']) mkdirSync(join(folder, name), { recursive: true });
  mkdirSync(join(made, 'licences'), { recursive: true });
  installNode(made);
  cpSync(join(made, 'bin/node'), join(folder, 'usr/bin/node'));
  cpSync(join(made, 'lib/libatomic.so.1'), join(folder, 'usr/lib/libatomic.so.1'));
  return folder;
}

/** Another version of the same bundle: one file more, so another id. Resolves to { file, id }. */
export async function makeNextBundle(bundle) {
  const stage = join(work, 'next');
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  await mustRun('tar', ['-I', 'zstd', '-xf', bundle, '-C', stage]);
  writeFileSync(join(stage, 'next.txt'), 'the next version\n');
  const { id } = writeManifest(stage, JSON.parse(readFileSync(join(stage, 'bundle.json'), 'utf8')));
  const file = join(work, 'next.tar.zst');
  archive(stage, file, 1);
  return { file, id };
}

/**
 * `bundle`: one that is there already.
 * @param {{ bundle?: string }} options
 */
export async function prepare({ bundle }) {
  await buildHost();
  const key = join(work, 'ssh-key');
  if (!existsSync(key)) await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  say('making the root file system');
  await mustRun(join(root, 'test/board/rootfs/make.sh'), [work, `${key}.pub`, makeNodeFolder()], { seconds: 600 });
  const fragment = join(root, 'firmware/dts/zynqnetd-uio-memory.dtsi');
  const trees = { good: join(work, 'board.dtb'), withoutMemory: join(work, 'without-memory.dtb') };
  makeDeviceTree({ base: baseTree, fragment, file: trees.good });
  makeDeviceTree({ base: baseTree, fragment, file: trees.withoutMemory, withMemory: false });
  const bitstreams = { zybo: join(work, 'zybo.bit.bin'), zc706: join(work, 'zc706.bit.bin') };
  for (const [name, file] of Object.entries(bitstreams)) writeBitstream(file, idCodeOf(name));
  const pictures = join(work, 'pictures');
  mkdirSync(pictures, { recursive: true });
  await writePictures(pictures);
  return {
    key,
    image: join(work, 'sd.img'),
    trees,
    bitstreams,
    pictures,
    bundle: bundle ?? (await makeBundle()),
    bundleGiven: bundle !== undefined,
  };
}
