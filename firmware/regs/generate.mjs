#!/usr/bin/env node
// Writes everything that two languages must agree on about the accelerator from registers.json and firmware/presets/: SystemVerilog package
// and preset modules, C++ header, TypeScript constants, documentation page.
// Usage: generate.mjs [--check]   (--check writes nothing and fails if a file is out of date)
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpp } from './cpp.mjs';
import { markdown } from './markdown.mjs';
import { topModule } from './presets.mjs';
import { spec } from './spec.mjs';
import { systemVerilog } from './system-verilog.mjs';
import { typeScript } from './typescript.mjs';
import { wrapper } from './wrapper.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const outputs = {
  'firmware/rtl/zn_pkg.sv': systemVerilog(),
  'native/lowering/hardware.hpp': cpp(),
  'daemon/native/accelerator-constants.ts': typeScript(),
  'docs/register-map.md': markdown(),
};
for (const preset of spec.presets) {
  outputs[`firmware/rtl/presets/${topModule(preset.name)}.sv`] = wrapper(preset);
}

const checkOnly = process.argv.includes('--check');
for (const [path, text] of Object.entries(outputs)) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (checkOnly) {
    console.error(`${path} is out of date: run npm run generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
  }
}
