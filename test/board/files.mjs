// Where the emulated board's parts come from and go, and what is missing for it.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onPath } from '../../deploy/setup/steps.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** Everything that is made for it; the SD card's packages stay for the next run. */
export const work = join(root, 'build/board-test');
/** A kernel (zImage) and its device tree (zynqsim-fpga.dtb): prebuilt, or from test/board/kernel/build.sh. */
export const kernelFolder = resolve(root, process.env.ZYNQNETD_BOARD_KERNEL ?? '../shared/board');
export const kernel = join(kernelFolder, 'zImage');
export const baseTree = join(kernelFolder, 'zynqsim-fpga.dtb');
/** The build of the native tests of the RTL: the simulated accelerator takes minutes to compile, and is the same. */
export const hostBuild = join(root, 'build/native/rtl');
export const host = join(hostBuild, 'board_host');
export const plugin = join(hostBuild, 'qemu_plugin.so');

const programs = {
  'qemu-system-arm': 'qemu-system-arm',
  fdtoverlay: 'device-tree-compiler',
  mke2fs: 'e2fsprogs',
  'dpkg-deb': 'dpkg',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  mosquitto: 'mosquitto',
  zstd: 'zstd',
  verilator: 'verilator',
  'arm-linux-gnueabihf-g++': 'g++-arm-linux-gnueabihf',
};

/** Why the emulated board cannot run here; empty when it can. */
export function missing() {
  if (process.env.ZYNQNETD_BOARD_TEST === '0') return ['ZYNQNETD_BOARD_TEST=0 leaves it out'];
  const reasons = [];
  if (!existsSync(kernel) || !existsSync(baseTree)) {
    reasons.push(
      `no kernel in ${kernelFolder} (build one with test/board/kernel/build.sh, or set ZYNQNETD_BOARD_KERNEL)`,
    );
  }
  const packages = Object.entries(programs).filter(([program]) => !onPath(program));
  if (packages.length > 0) reasons.push(`apt-get install ${[...new Set(packages.map(([, name]) => name))].join(' ')}`);
  return reasons;
}
