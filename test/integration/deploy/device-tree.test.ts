import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { boards } from '../../support/boards.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const haveTools = ['dtc', 'cpp'].every((tool) => spawnSync(tool, ['--version']).status === 0);
const folder = mkdtempSync(path.join(tmpdir(), 'zynqnetd-trees-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the boards' makers say: PS_CLK of Zybo's reference manual, of the Zybo Z7's, and UG954; LEDs at pins of the processor. */
const makersSay: Record<string, { clockHz: number; led: boolean }> = {
  zybo: { clockHz: 50_000_000, led: true },
  'zybo-z7-20': { clockHz: 33_333_333, led: true },
  zc706: { clockHz: 33_333_333, led: false },
};

/** As the layer's device-tree.bbappend: files copied beside the tree, includes appended to it, the C preprocessor, dtc. */
function compile(board: string, files: readonly string[], include: string): { blob: string; warnings: string } {
  const work = mkdtempSync(path.join(folder, `${board}-`));
  const tree = path.join(work, 'system-top.dts');
  copyFileSync(path.join(root, 'test/integration/deploy/trees/zynq-7000.dts'), tree);
  for (const file of files) copyFileSync(path.join(root, file), path.join(work, path.basename(file)));
  appendFileSync(tree, `#include "${include}"\n`);
  const source = execFileSync('cpp', ['-nostdinc', '-undef', '-x', 'assembler-with-cpp', '-I', work, tree]);
  const blob = path.join(work, 'system.dtb');
  const { status, stderr } = spawnSync('dtc', ['-@', '-I', 'dts', '-O', 'dtb', '-o', blob, '-'], {
    input: source,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return { blob, warnings: stderr };
}

const get = (blob: string, type: string, node: string, property: string) =>
  execFileSync('fdtget', ['-t', type, blob, node, property], { encoding: 'utf8' }).trim();

describe.skipIf(!haveTools)('device trees (needs dtc and cpp)', () => {
  describe.each(boards)('$name', ({ name: board, crystalHz, led }) => {
    const { clockHz, led: hasLed } = makersSay[board] ?? { clockHz: crystalHz, led: led !== null };
    const files = ['firmware/dts/zynqnetd.dtsi', `boards/${board}/zynqnetd-board.dtsi`];
    const tree = () => compile(board, files, 'zynqnetd-board.dtsi');

    test('compiles without a warning at the end of a Zynq tree', () => {
      expect(tree().warnings).toBe('');
    });

    test('gives the accelerator registers, interrupt and memory, and keeps its clock on', () => {
      const { blob } = tree();
      expect(get(blob, 's', '/zynqnetd@43c00000', 'compatible')).toBe('generic-uio');
      expect(get(blob, 'x', '/zynqnetd@43c00000', 'reg')).toBe('43c00000 10000');
      expect(get(blob, 'u', '/zynqnetd@43c00000', 'interrupts')).toBe('0 29 4');
      expect(get(blob, 'x', '/axi/slcr@f8000000/clkc@100', 'fclk-enable')).toBe('1');
      const pool = get(blob, 'u', '/reserved-memory/zynqnetd-pool@1c000000', 'phandle');
      expect(get(blob, 'u', '/udmabuf-zynqnetd', 'memory-region')).toBe(pool);
      expect(get(blob, 's', '/udmabuf-zynqnetd', 'device-name')).toBe('udmabuf-zynqnetd');
      const [, bytes] = get(blob, 'x', '/reserved-memory/zynqnetd-pool@1c000000', 'reg').split(' ');
      expect(get(blob, 'x', '/udmabuf-zynqnetd', 'size')).toBe(bytes);
    });

    test('has an LED to identify the board by, where its makers put one on a pin of the processor', () => {
      const leds = () => get(tree().blob, 's', '/leds/led-identify', 'label');
      if (!hasLed) expect(leds).toThrow();
      else expect(leds()).toBe('zynqnetd:identify');
    });

    test('has one address and one size cell, and no coherency that the HP ports lack', () => {
      const { blob } = tree();
      for (const node of ['/', '/reserved-memory']) {
        expect(get(blob, 'u', node, '#address-cells')).toBe('1');
        expect(get(blob, 'u', node, '#size-cells')).toBe('1');
      }
      const properties = execFileSync('fdtget', ['-p', blob, '/udmabuf-zynqnetd'], { encoding: 'utf8' }).split('\n');
      expect(properties).not.toContain('dma-coherent');
    });

    test('boots from the card with the UIO driver bound to our node, and knows its crystal', () => {
      const { blob } = tree();
      const line = get(blob, 's', '/chosen', 'bootargs').split(' ');
      for (const word of [
        'console=ttyPS0,115200',
        'root=/dev/mmcblk0p2',
        'rw',
        'rootwait',
        'uio_pdrv_genirq.of_id=generic-uio',
      ]) {
        expect(line).toContain(word);
      }
      expect(get(blob, 'u', '/axi/slcr@f8000000/clkc@100', 'ps-clk-frequency')).toBe(String(clockHz));
    });
  });

  test('without u-dma-buf: the memory is the second map of the UIO device, and out of the kernel', () => {
    const { blob, warnings } = compile('uio', ['firmware/dts/zynqnetd-uio-memory.dtsi'], 'zynqnetd-uio-memory.dtsi');
    expect(warnings).toBe('');
    expect(get(blob, 'x', '/zynqnetd@43c00000', 'reg')).toBe('43c00000 10000 1c000000 2000000');
    expect(get(blob, 'x', '/reserved-memory/zynqnetd-memory@1c000000', 'reg')).toBe('1c000000 2000000');
    expect(get(blob, 's', '/reserved-memory/zynqnetd-memory@1c000000', 'no-map')).toBe('');
  });

  test('what a board reserves lies within its memory', () => {
    const text = readFileSync(path.join(root, 'firmware/dts/zynqnetd.dtsi'), 'utf8');
    const [, address, bytes] = /reg = <(0x1c000000) (0x\w+)>/.exec(text) ?? [];
    expect(Number(address) + Number(bytes)).toBeLessThanOrEqual(512 << 20);
    for (const { memory } of boards)
      expect(Number(address) + Number(bytes)).toBeLessThanOrEqual(memory.megabytes << 20);
  });
});
