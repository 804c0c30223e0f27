#!/usr/bin/env node
// Writes everything that two languages must agree on about the accelerator from registers.json:
// SystemVerilog package, C++ header, TypeScript constants, documentation page.
// Usage: generate.mjs [--check]   (--check writes nothing and fails if a file is out of date)
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const spec = JSON.parse(readFileSync(join(here, 'registers.json'), 'utf8'));
const banner = 'Generated from firmware/regs/registers.json by firmware/regs/generate.mjs: do not edit.';

const snake = (name) => name.replace(/([A-Z])/g, '_$1').replace(/-/g, '_').toUpperCase();
const hex = (value, digits = 8) => `0x${Number(value).toString(16).toUpperCase().padStart(digits, '0')}`;

function checkSpec() {
  const offsets = new Set();
  for (const r of spec.registers) {
    const offset = Number(r.offset);
    if (offset % 4 !== 0 || offset >= spec.identity.windowBytes || offsets.has(offset)) throw new Error(`register ${r.name}: bad offset`);
    offsets.add(offset);
  }
  for (const f of spec.fields) {
    if (f.lsb + f.width > 32 || f.word * 4 >= spec.commandBytes) throw new Error(`field ${f.name} leaves its word`);
    for (const g of spec.fields) {
      const shared = f.ops === 'all' || g.ops === 'all' || f.ops.split(' ').some((op) => g.ops.split(' ').includes(op));
      if (f !== g && shared && f.word === g.word && f.lsb < g.lsb + g.width && g.lsb < f.lsb + f.width) {
        throw new Error(`fields ${f.name} and ${g.name} overlap`);
      }
    }
  }
}

function systemVerilog() {
  const out = [`// ${banner}`, '`default_nettype none', '/* verilator lint_off UNUSEDPARAM */', 'package zn_pkg;'];
  const param = (type, name, value) => out.push(`  localparam ${type} ${name} = ${value};`);
  param('logic [31:0]', 'ID', `32'h${spec.identity.id.slice(2)}`);
  param('logic [31:0]', 'VERSION', `32'h${spec.identity.version.slice(2)}`);
  for (const r of spec.registers) {
    param('logic [11:0]', `REG_${snake(r.name)}`, `12'h${Number(r.offset).toString(16).padStart(3, '0')}`);
    for (const f of r.fields) param('int', `${snake(r.name)}_${snake(f.name)}_BIT`, f.lsb);
  }
  for (const e of spec.errors) param('logic [3:0]', `ERR_${snake(e.name)}`, `4'd${e.code}`);
  for (const o of spec.opcodes) param('logic [7:0]', `OP_${snake(o.name)}`, `8'd${o.code}`);
  param('int', 'CMD_BITS', spec.commandBytes * 8);
  for (const f of spec.fields) {
    param('int', `F_${snake(f.name)}`, f.word * 32 + f.lsb);
    param('int', `W_${snake(f.name)}`, f.width);
  }
  out.push('endpackage', '/* verilator lint_on UNUSEDPARAM */', '`default_nettype wire', '');
  return out.join('\n');
}

function cpp() {
  const out = [`// ${banner}`, '#pragma once', '', '#include <array>', '#include <cstdint>', '#include <string_view>', '', 'namespace zynqnet::accelerator {', ''];
  out.push(`inline constexpr std::uint32_t identity = ${hex(spec.identity.id)};`);
  out.push(`inline constexpr std::uint32_t interfaceVersion = ${hex(spec.identity.version)};`);
  out.push(`inline constexpr std::uint32_t windowBytes = ${spec.identity.windowBytes};`, '');
  out.push('/// Byte offsets of the registers.', 'namespace reg {');
  for (const r of spec.registers) out.push(`inline constexpr std::uint32_t ${r.name} = ${hex(r.offset, 3)};`);
  out.push('} // namespace reg', '', '/// Bits of a register.', 'struct BitField {', '  std::uint32_t lsb = 0;', '  std::uint32_t width = 1;',
    '  [[nodiscard]] constexpr std::uint32_t mask() const noexcept { return ((width == 32 ? 0U : 1U << width) - 1U) << lsb; }',
    '  [[nodiscard]] constexpr std::uint32_t get(std::uint32_t word) const noexcept { return (word & mask()) >> lsb; }', '};', '');
  for (const r of spec.registers.filter((r) => r.fields.length > 0)) {
    out.push(`namespace ${r.name}Bits {`);
    for (const f of r.fields) out.push(`inline constexpr BitField ${f.name}{${f.lsb}, ${f.width}};`);
    out.push(`} // namespace ${r.name}Bits`);
  }
  out.push('', 'enum class ErrorCode : std::uint32_t {');
  for (const e of spec.errors) out.push(`  ${e.name} = ${e.code}, ///< ${e.doc}`);
  out.push('};', '', 'struct ErrorText {', '  std::string_view name;', '  std::string_view meaning;', '};', '/// Indexed by ErrorCode.',
    `inline constexpr std::array<ErrorText, ${spec.errors.length}> errorTexts{{`);
  for (const e of spec.errors) out.push(`    {"${e.name}", "${e.doc}"},`);
  out.push('}};', '', 'enum class Opcode : std::uint8_t {');
  for (const o of spec.opcodes) out.push(`  ${o.name} = ${o.code}, ///< ${o.doc}`);
  out.push('};', '', '/// Where a field lies in a command.', 'struct CommandField {', '  std::uint32_t word;', '  std::uint32_t lsb;', '  std::uint32_t width;', '};', '',
    'namespace field {');
  for (const f of spec.fields) out.push(`inline constexpr CommandField ${f.name}{${f.word}, ${f.lsb}, ${f.width}};`);
  out.push('} // namespace field', '', `inline constexpr std::uint32_t commandBytes = ${spec.commandBytes};`, '', '/// A build of the accelerator; see docs/accelerator.md.', 'struct Preset {',
    '  std::string_view name;');
  const keys = Object.keys(spec.presets[0]).filter((k) => k !== 'name' && k !== 'part');
  for (const k of keys) out.push(`  std::uint32_t ${k};`);
  out.push('  [[nodiscard]] constexpr std::uint32_t multipliers() const noexcept { return lanes * slots * 64; }', '};',
    `inline constexpr std::array<Preset, ${spec.presets.length}> presets{{`);
  for (const p of spec.presets) out.push(`    {"${p.name}", ${keys.map((k) => p[k]).join(', ')}},`);
  out.push('}};', '', '} // namespace zynqnet::accelerator', '');
  return out.join('\n');
}

function typeScript() {
  const out = [`// ${banner}`, '', `export const ACCELERATOR_ID = ${hex(spec.identity.id).toLowerCase()};`, '', '/** Error codes of the accelerator: name and meaning by number. */',
    'export const ACCELERATOR_ERRORS = ['];
  for (const e of spec.errors) out.push(`  { name: '${e.name}', meaning: ${tsString(e.doc)} },`);
  out.push('] as const;', '', '/** Builds of the accelerator. */', 'export const ACCELERATOR_PRESETS = [');
  for (const p of spec.presets) out.push(`  { name: '${p.name}', clockMHz: ${p.clockMHz}, multipliers: ${p.lanes * p.slots * 64} },`);
  out.push('] as const;', '', '/** Name of a preset. */', "export type AcceleratorPreset = (typeof ACCELERATOR_PRESETS)[number]['name'];", '');
  return out.join('\n');
}
const tsString = (text) => (text.includes("'") ? `"${text}"` : `'${text}'`);

function markdown() {
  const out = ['# Register map of the accelerator', '', `<!-- ${banner} -->`, '', `AXI4-Lite, a window of ${spec.identity.windowBytes} bytes, 32-bit registers; byte strobes are honoured.`,
    'Reads and writes of unmapped offsets, and writes to read-only registers, answer SLVERR and change nothing.', '', '| offset | name | access | reset | what |', '|---|---|---|---|---|'];
  for (const r of spec.registers) out.push(`| ${r.offset} | ${r.name} | ${r.access} | ${r.reset} | ${r.doc} |`);
  for (const r of spec.registers.filter((r) => r.fields.length > 0)) {
    out.push('', `## ${r.name} (${r.offset})`, '| bits | name | what |', '|---|---|---|');
    for (const f of r.fields) out.push(`| ${f.width === 1 ? f.lsb : `${f.lsb + f.width - 1}:${f.lsb}`} | ${f.name} | ${f.doc} |`);
  }
  out.push('', '## Error codes', '| code | name | what |', '|---|---|---|');
  for (const e of spec.errors) out.push(`| ${e.code} | ${e.name} | ${e.doc} |`);
  out.push('', '## Commands', `A command is ${spec.commandBytes} bytes: 16 little-endian words of 32 bits. Bits that no field names must be 0. [What they do](accelerator.md).`, '', '| opcode | name | what |', '|---|---|---|');
  for (const o of spec.opcodes) out.push(`| ${o.code} | ${o.name} | ${o.doc} |`);
  for (const ops of ['all', 'load', 'weights', 'conv pool']) {
    out.push('', `### Fields of ${ops === 'all' ? 'every command' : ops === 'conv pool' ? 'conv and pool' : ops}`, '| word | bits | name | what |', '|---|---|---|---|');
    for (const f of spec.fields.filter((f) => f.ops === ops || (ops === 'conv pool' && f.ops === 'conv'))) {
      out.push(`| ${f.word} | ${f.lsb + f.width - 1}:${f.lsb} | ${f.name} | ${f.ops === 'conv' ? 'CONV only. ' : ''}${f.doc} |`);
    }
  }
  out.push('', '## Presets', '| preset | part | clock | multipliers | lanes L | slots S | drain D | ports N | activation memory | weight ring |', '|---|---|---|---|---|---|---|---|---|---|');
  for (const p of spec.presets) {
    out.push(`| ${p.name} | ${p.part} | ${p.clockMHz} MHz | ${p.lanes * p.slots * 64} | ${p.lanes} | ${p.slots} | ${p.drainCycles} | ${p.ports} | ${2 ** (p.actDepthLog2 + p.banksLog2) / 64} KiB | ${2 ** p.weightDepthLog2 / 16} KiB |`);
  }
  out.push('');
  return out.join('\n');
}

checkSpec();
const outputs = {
  'firmware/rtl/zn_pkg.sv': systemVerilog(),
  'native/lowering/hardware.hpp': cpp(),
  'daemon/native/accelerator-constants.ts': typeScript(),
  'docs/register-map.md': markdown(),
};
let stale = 0;
for (const [path, text] of Object.entries(outputs)) {
  const file = join(root, path);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is out of date: run firmware/regs/generate.mjs`);
    stale += 1;
  }
}
process.exitCode = stale > 0 ? 1 : 0;
