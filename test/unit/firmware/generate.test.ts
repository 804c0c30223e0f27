import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let copy: string;

/** Runs the generator of a repository folder. */
function generate(folder: string, ...args: string[]) {
  const script = join(folder, 'firmware/regs/generate.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stderr };
}

function edit(path: string, change: (text: string) => string) {
  const file = join(copy, path);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'zynqnet-generate-'));
  for (const input of ['regs', 'presets', 'chips.json']) {
    cpSync(join(root, 'firmware', input), join(copy, 'firmware', input), { recursive: true });
  }
  for (const file of [
    'firmware/rtl/presets/any',
    'native/lowering/hardware.hpp',
    'daemon/native/accelerator-constants.ts',
    'docs/register-map.md',
  ]) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
  }
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

test('everything generated from the register description is up to date', () => {
  expect(generate(root, '--check')).toEqual({ status: 0, stderr: '' });
});

test('--check names the file that is out of date and leaves it as it is', () => {
  expect(generate(copy)).toEqual({ status: 0, stderr: '' });
  expect(generate(copy, '--check').status).toBe(0);
  edit('native/lowering/hardware.hpp', (text) => text.replace('busy{0, 1}', 'busy{1, 1}'));
  const { status, stderr } = generate(copy, '--check');
  expect(status).toBe(1);
  expect(stderr).toBe('native/lowering/hardware.hpp is out of date: run npm run generate\n');
  expect(readFileSync(join(copy, 'native/lowering/hardware.hpp'), 'utf8')).toContain('busy{1, 1}');
});

test('a moved bit reaches the RTL, C++ and the register map', () => {
  edit('firmware/regs/registers.json', (text) =>
    text.replace('"name": "draining", "lsb": 1', '"name": "draining", "lsb": 5'),
  );
  expect(generate(copy).status).toBe(0);
  const read = (path: string) => readFileSync(join(copy, path), 'utf8');
  expect(read('firmware/rtl/zn_pkg.sv')).toContain('STATUS_DRAINING_BIT = 5;');
  expect(read('native/lowering/hardware.hpp')).toContain('draining{5, 1};');
  expect(read('docs/register-map.md')).toContain('| 5 | draining |');
});

test.each([
  ['overlapping bits of a register', '"name": "draining", "lsb": 1', '"name": "draining", "lsb": 0', 'overlap'],
  [
    'a field beyond bit 31',
    '"name": "load", "lsb": 16, "width": 16',
    '"name": "load", "lsb": 17, "width": 16',
    'leaves',
  ],
  ['two registers at one offset', '"offset": "0x024"', '"offset": "0x020"', 'bad offset'],
  [
    'overlapping fields of a command',
    '"waitCompute", "ops": "all", "word": 1, "lsb": 16',
    '"waitCompute", "ops": "all", "word": 1, "lsb": 15',
    'overlap',
  ],
])('%s are refused', (_, before, after, message) => {
  edit('firmware/regs/registers.json', (text) => text.replace(before, after));
  const { status, stderr } = generate(copy);
  expect(status).not.toBe(0);
  expect(stderr).toContain(message);
});
