import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../deploy/service/prepare.sh', import.meta.url));
const manager = 'sys/class/fpga_manager/fpga0';

let board: string;
beforeEach(() => {
  board = mkdtempSync(path.join(tmpdir(), 'zynqnetd-prepare-'));
  put('bin/chgrp', `#!/bin/sh\necho "$@" >>${board}/granted\n`, 0o755);
  put('granted', '');
  put('etc/group', 'root:x:0:\nvideo:x:44:\nzynqnetd:x:900:\n');
});
afterEach(() => rmSync(board, { recursive: true, force: true }));

function put(name: string, content: string, mode = 0o644): void {
  const file = path.join(board, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}

const read = (name: string) => readFileSync(path.join(board, name), 'utf8').trim();

function prepare(): string {
  const { status, stdout, stderr } = spawnSync('sh', [script], {
    env: { PATH: `${board}/bin:${process.env.PATH}`, ZYNQNETD_SYSROOT: board },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return `${stdout}${stderr}`;
}

/** Who got what: `group path`, paths relative to the board's root. */
const granted = () => read('granted').replaceAll(`${board}/`, '').split('\n').filter(Boolean).sort();

describe('the bitstream', () => {
  beforeEach(() => {
    put('lib/firmware/zynqnetd.bit.bin', 'one');
    put(`${manager}/firmware`, '');
    put(`${manager}/flags`, '');
    put(`${manager}/state`, 'operating\n');
  });
  const loads = () => {
    writeFileSync(path.join(board, manager, 'firmware'), '');
    const said = prepare();
    return { loaded: read(`${manager}/firmware`) !== '', said };
  };

  test('is loaded whole, not as a partial one', () => {
    put(`${manager}/flags`, '1');
    expect(loads().loaded).toBe(true);
    expect(read(`${manager}/firmware`)).toBe('zynqnetd.bit.bin');
    expect(read(`${manager}/flags`)).toBe('0');
  });

  test('stays when only the daemon restarts', () => {
    loads();
    expect(loads().loaded).toBe(false);
  });

  test('is loaded again when it is another one, or when the FPGA has lost it', () => {
    loads();
    put('lib/firmware/zynqnetd.bit.bin', 'two');
    expect(loads().loaded).toBe(true);
    put(`${manager}/state`, 'unknown\n');
    expect(loads().loaded).toBe(true);
  });

  test('where there is none, or no file to load it by, nothing is done and nothing is wrong', () => {
    rmSync(path.join(board, 'lib/firmware/zynqnetd.bit.bin'));
    expect(loads()).toEqual({ loaded: false, said: '' });
  });
});

describe('the devices', () => {
  test("are the accelerator's, by name and not by number, its LED, and the cameras", () => {
    put('sys/class/uio/uio0/name', 'something-else\n');
    put('sys/class/uio/uio1/name', 'zynqnetd\n');
    put('sys/class/u-dma-buf/udmabuf-zynqnetd/sync_for_cpu', '');
    put('sys/class/leds/zynqnetd:identify/brightness', '');
    put('sys/class/leds/mmc0::/brightness', '');
    for (const name of ['uio0', 'uio1', 'udmabuf-zynqnetd', 'udmabuf-other', 'video0', 'mem']) put(`dev/${name}`, '');
    prepare();
    expect(granted()).toEqual([
      'video dev/video0',
      'zynqnetd dev/udmabuf-zynqnetd',
      'zynqnetd dev/uio1',
      'zynqnetd sys/class/leds/zynqnetd:identify/brightness',
      'zynqnetd sys/class/u-dma-buf/udmabuf-zynqnetd/sync_for_cpu',
    ]);
  });

  test('stay with root where the daemon has no user of its own', () => {
    put('etc/group', 'root:x:0:\nvideo:x:44:\n');
    put('dev/video0', '');
    prepare();
    expect(granted()).toEqual([]);
  });
});
