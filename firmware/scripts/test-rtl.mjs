#!/usr/bin/env node
// `npm run test:rtl:all [-- PRESET...]`: the RTL's unit benches, then per preset at least 500 random layers and every kind of
// fault four times, bit for bit against the scalar engine, with back-pressure and all assertions. Takes up to an hour.
// A shorter version is part of the native tests. Needs Verilator; ends with what ran, per preset.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPresets } from '../regs/presets.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const presets = process.argv.length > 2 ? process.argv.slice(2) : readPresets().map(({ name }) => name);
const build = join(root, 'build', 'rtl-tests');

if (spawnSync('verilator', ['--version']).error !== undefined) {
  console.log('skipped: verilator is not installed');
  process.exit(0);
}

/** Runs to the end, its output shown; false if it failed. */
function run(program, ...args) {
  console.log(`== ${[program, ...args].join(' ')}`);
  return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

const launcher = spawnSync('ccache', ['--version']).error === undefined ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
const options = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DZYNQNET_ADDON=OFF',
  '-DZYNQNET_TESTS=ON',
  '-DZYNQNET_RTL=ON',
  '-DZYNQNET_RTL_ASSERT=ON',
];
const built =
  run(
    'cmake',
    '-S',
    'native',
    '-B',
    build,
    '-G',
    'Ninja',
    ...options,
    ...launcher,
    `-DZYNQNET_RTL_PRESETS=${presets.join(';')}`,
  ) && run('cmake', '--build', build, '--target', 'rtl_units', 'rtl_random', 'rtl_faults');
if (!built) process.exit(1);
const results = [
  ['units', run(join(build, 'sim/unit/rtl_units'))],
  ...presets.flatMap((preset) => [
    [`${preset}: random networks`, run(join(build, 'tests/sim/rtl_random'), preset, '70', '0')],
    [`${preset}: faults`, run(join(build, 'tests/sim/rtl_faults'), preset, '60', '1')],
  ]),
];
for (const [what, passed] of results) console.log(`${passed ? 'passed' : 'FAILED'}  ${what}`);
process.exitCode = results.every(([, passed]) => passed) ? 0 : 1;
