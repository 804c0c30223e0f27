import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boardHasAccelerator } from '../../../../../daemon/inference/engine/board-accelerator.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'zynqnetd-sysfs-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function attribute(name: string, value: string): void {
  const file = join(root, 'sys/class', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${value}\n`);
}

test('a configured FPGA and our UIO device, whatever its number', async () => {
  attribute('fpga_manager/fpga0/state', 'operating');
  attribute('uio/uio0/name', 'something-else');
  attribute('uio/uio3/name', 'zynqnetd');
  expect(await boardHasAccelerator({}, root)).toBe(true);
});

test.each(['unknown', 'write error', ''])('an FPGA in state %j is not touched', async (state) => {
  attribute('fpga_manager/fpga0/state', state);
  attribute('uio/uio0/name', 'zynqnetd');
  expect(await boardHasAccelerator({}, root)).toBe(false);
});

test('names and addresses of the configuration count', async () => {
  attribute('uio/uio0/name', 'mine');
  expect(await boardHasAccelerator({ registerAddress: 0x43c00000 }, root)).toBe(false); // the FPGA is not configured
  attribute('fpga_manager/fpga0/state', 'operating');
  expect(await boardHasAccelerator({ registerAddress: 0x43c00000 }, root)).toBe(true);
  expect(await boardHasAccelerator({ uio: 'mine' }, root)).toBe(true);
  expect(await boardHasAccelerator({ uio: 'yours' }, root)).toBe(false);
});

test('a configured FPGA without our device, and a laptop', async () => {
  expect(await boardHasAccelerator({}, root)).toBe(false);
  attribute('fpga_manager/fpga0/state', 'operating');
  expect(await boardHasAccelerator({}, root)).toBe(false);
  attribute('uio/uio0/name', 'accel');
  expect(await boardHasAccelerator({}, root)).toBe(false);
});
