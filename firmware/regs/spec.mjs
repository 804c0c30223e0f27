// The registers and commands of the accelerator as registers.json describes them, and its presets (firmware/presets/),
// checked when this is loaded.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPresets } from './presets.mjs';

const here = dirname(fileURLToPath(import.meta.url));

export const spec = { ...JSON.parse(readFileSync(join(here, 'registers.json'), 'utf8')), presets: readPresets() };
export const banner = 'Generated from firmware/regs/registers.json by firmware/regs/generate.mjs: do not edit.';

/** irqStatus -> IRQ_STATUS */
export const snake = (name) =>
  name
    .replace(/([A-Z])/g, '_$1')
    .replace(/-/g, '_')
    .toUpperCase();

export const hex = (value, digits = 8) => `0x${Number(value).toString(16).toUpperCase().padStart(digits, '0')}`;

export const registersWithFields = spec.registers.filter((register) => register.fields.length > 0);

/** All bits of a register that have a name. */
export const maskOf = (register) =>
  register.fields.reduce((mask, { lsb, width }) => mask + 2 ** lsb * (2 ** width - 1), 0);

const overlap = (a, b) => a.lsb < b.lsb + b.width && b.lsb < a.lsb + a.width;

function checkRegisters() {
  const offsets = new Set();
  for (const register of spec.registers) {
    const offset = Number(register.offset);
    if (offset % 4 !== 0 || offset >= spec.identity.windowBytes || offsets.has(offset)) {
      throw new Error(`register ${register.name}: bad offset`);
    }
    offsets.add(offset);
    for (const field of register.fields) {
      if (field.lsb + field.width > 32) throw new Error(`register ${register.name}: ${field.name} leaves the register`);
      const other = register.fields.find((f) => f !== field && overlap(f, field));
      if (other) throw new Error(`register ${register.name}: fields ${field.name} and ${other.name} overlap`);
    }
  }
}

function checkCommandFields() {
  const opsOf = ({ ops }) => (ops === 'all' ? spec.opcodes.map(({ name }) => name) : ops.split(' '));
  for (const field of spec.fields) {
    if (field.lsb + field.width > 32 || field.word * 4 >= spec.commandBytes) {
      throw new Error(`field ${field.name} leaves its word`);
    }
    for (const other of spec.fields) {
      const together = field.word === other.word && opsOf(field).some((op) => opsOf(other).includes(op));
      if (field !== other && together && overlap(field, other)) {
        throw new Error(`fields ${field.name} and ${other.name} overlap`);
      }
    }
  }
}

/** What a preset says about itself in the build registers must fit there. */
function checkPresets() {
  for (const preset of spec.presets) {
    for (const { fields } of spec.registers.filter(({ name }) => name === 'build0' || name === 'build1')) {
      for (const { name, width } of fields) {
        if (!(preset[name] < 2 ** width)) throw new Error(`preset ${preset.name}: ${name} does not fit its field`);
      }
    }
  }
}

checkRegisters();
checkCommandFields();
checkPresets();
