// The emulated board's device tree: that of the kernel's build, with the project's own fragment (firmware/dts) put in.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

/** What the prebuilt tree has for trying things out, where our own nodes go. */
const replaced = [
  '/accel@1f000000',
  '/accel@43c00000',
  '/reserved-memory/pl-dma@1c000000',
  '/reserved-memory/pl-regs@1f000000',
];

/** A .dtsi that a board's tree includes, as an overlay: its root becomes a reference to the root. */
function asOverlay(text) {
  return `/dts-v1/;\n/plugin/;\n${text.replace(/^\/ \{/m, '&{/} {')}`;
}

/** Writes `file`. `withMemory: false` leaves out the accelerator's DMA memory, a mistake to be told of. */
export function makeDeviceTree({ base, fragment, file, withMemory = true }) {
  copyFileSync(base, file);
  for (const node of replaced) {
    // The tree may lack one: then there is nothing to replace.
    try {
      execFileSync('fdtput', ['-r', file, node], { stdio: 'ignore' });
    } catch {}
  }
  const text = readFileSync(fragment, 'utf8');
  const source = withMemory
    ? text
    : text.replace(/(reg = <0x43c00000 0x10000>), [^;]+;/, '$1;').replace(/\s*reg-names[^;]+;/, '');
  const overlay = `${file}.overlay`;
  writeFileSync(`${overlay}.dts`, asOverlay(source));
  execFileSync('dtc', ['-q', '-@', '-I', 'dts', '-O', 'dtb', '-o', `${overlay}.dtbo`, `${overlay}.dts`]);
  execFileSync('fdtoverlay', ['-i', file, '-o', file, `${overlay}.dtbo`]);
}
