#!/usr/bin/env node
// What the chip of a preset has, for synth.sh: `limits.mjs PRESET` prints "LUTS DSPS BRAMS"; `limits.mjs` the presets' names,
// the smallest first. Exit status 2 for an unknown preset.
import { readChips, readPresets } from '../regs/presets.mjs';

const presets = readPresets();
const [, , name] = process.argv;
const preset = presets.find((one) => one.name === name);
if (name === undefined) {
  console.log(presets.map((one) => one.name).join('\n'));
} else if (preset === undefined) {
  console.error(`unknown preset ${name}; expected ${presets.map((one) => one.name).join(', ')}`);
  process.exitCode = 2;
} else {
  const chip = readChips()[preset.chip];
  if (chip === undefined) throw new Error(`firmware/chips.json has no ${preset.chip}`);
  const { luts, dsps, brams } = chip;
  console.log(`${luts} ${dsps} ${brams}`);
}
