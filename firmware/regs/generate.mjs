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

const snake = (name) =>
  name
    .replace(/([A-Z])/g, '_$1')
    .replace(/-/g, '_')
    .toUpperCase();
const hex = (value, digits = 8) => `0x${Number(value).toString(16).toUpperCase().padStart(digits, '0')}`;

function checkSpec() {
  const offsets = new Set();
  for (const r of spec.registers) {
    const offset = Number(r.offset);
    if (offset % 4 !== 0 || offset >= spec.identity.windowBytes || offsets.has(offset))
      throw new Error(`register ${r.name}: bad offset`);
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
  const out = [
    `// ${banner}`,
    '#pragma once',
    '',
    '#include <array>',
    '#include <cstdint>',
    '#include <string_view>',
    '',
    'namespace zynqnet::accelerator {',
    '',
  ];
  out.push(`inline constexpr std::uint32_t identity = ${hex(spec.identity.id)};`);
  out.push(`inline constexpr std::uint32_t interfaceVersion = ${hex(spec.identity.version)};`);
  out.push(`inline constexpr std::uint32_t windowBytes = ${spec.identity.windowBytes};`, '');
  out.push('/// Byte offsets of the registers.', 'namespace reg {');
  for (const r of spec.registers) out.push(`inline constexpr std::uint32_t ${r.name} = ${hex(r.offset, 3)};`);
  out.push(
    '} // namespace reg',
    '',
    '/// Bits of a register.',
    'struct BitField {',
    '  std::uint32_t lsb = 0;',
    '  std::uint32_t width = 1;',
    '  [[nodiscard]] constexpr std::uint32_t mask() const noexcept { return ((width == 32 ? 0U : 1U << width) - 1U) << lsb; }',
    '  [[nodiscard]] constexpr std::uint32_t get(std::uint32_t word) const noexcept { return (word & mask()) >> lsb; }',
    '};',
    '',
  );
  for (const r of spec.registers.filter((r) => r.fields.length > 0)) {
    out.push(`namespace ${r.name}Bits {`);
    for (const f of r.fields) out.push(`inline constexpr BitField ${f.name}{${f.lsb}, ${f.width}};`);
    out.push(`} // namespace ${r.name}Bits`);
  }
  out.push('', 'enum class ErrorCode : std::uint32_t {');
  for (const e of spec.errors) out.push(`  ${e.name} = ${e.code}, ///< ${e.doc}`);
  out.push(
    '};',
    '',
    'struct ErrorText {',
    '  std::string_view name;',
    '  std::string_view meaning;',
    '};',
    '/// Indexed by ErrorCode.',
    `inline constexpr std::array<ErrorText, ${spec.errors.length}> errorTexts{{`,
  );
  for (const e of spec.errors) out.push(`    {"${e.name}", "${e.doc}"},`);
  out.push('}};', '', 'enum class Opcode : std::uint8_t {');
  for (const o of spec.opcodes) out.push(`  ${o.name} = ${o.code}, ///< ${o.doc}`);
  out.push(
    '};',
    '',
    '/// Where a field lies in a command.',
    'struct CommandField {',
    '  std::uint32_t word;',
    '  std::uint32_t lsb;',
    '  std::uint32_t width;',
    '};',
    '',
    'namespace field {',
  );
  for (const f of spec.fields) out.push(`inline constexpr CommandField ${f.name}{${f.word}, ${f.lsb}, ${f.width}};`);
  out.push(
    '} // namespace field',
    '',
    `inline constexpr std::uint32_t commandBytes = ${spec.commandBytes};`,
    '',
    '/// A build of the accelerator; see docs/accelerator.md.',
    'struct Preset {',
    '  std::string_view name;',
  );
  const keys = Object.keys(spec.presets[0]).filter((k) => k !== 'name' && k !== 'part');
  for (const k of keys) out.push(`  std::uint32_t ${k};`);
  out.push(
    '  [[nodiscard]] constexpr std::uint32_t multipliers() const noexcept { return lanes * slots * 64; }',
    '  [[nodiscard]] bool operator==(const Preset &) const = default;',
    '};',
    `inline constexpr std::array<Preset, ${spec.presets.length}> presets{{`,
  );
  for (const p of spec.presets) out.push(`    {"${p.name}", ${keys.map((k) => p[k]).join(', ')}},`);
  out.push('}};', '', '} // namespace zynqnet::accelerator', '');
  return out.join('\n');
}

function typeScript() {
  const out = [
    `// ${banner}`,
    '',
    `export const ACCELERATOR_ID = ${hex(spec.identity.id).toLowerCase()};`,
    '',
    '/** Error codes of the accelerator: name and meaning by number. */',
    'export const ACCELERATOR_ERRORS = [',
  ];
  for (const e of spec.errors) out.push(`  { name: '${e.name}', meaning: ${tsString(e.doc)} },`);
  out.push('] as const;', '', '/** Builds of the accelerator. */', 'export const ACCELERATOR_PRESETS = [');
  for (const p of spec.presets)
    out.push(`  { name: '${p.name}', clockMHz: ${p.clockMHz}, multipliers: ${p.lanes * p.slots * 64} },`);
  out.push(
    '] as const;',
    '',
    '/** Name of a preset. */',
    "export type AcceleratorPreset = (typeof ACCELERATOR_PRESETS)[number]['name'];",
    '',
  );
  return out.join('\n');
}
const tsString = (text) => (text.includes("'") ? `"${text}"` : `'${text}'`);

function markdown() {
  const out = [
    '# Register map of the accelerator',
    '',
    `<!-- ${banner} -->`,
    '',
    `AXI4-Lite, a window of ${spec.identity.windowBytes} bytes, 32-bit registers; byte strobes are honoured.`,
    'Reads and writes of unmapped offsets, and writes to read-only registers, answer SLVERR and change nothing.',
    '',
    '| offset | name | access | reset | what |',
    '|---|---|---|---|---|',
  ];
  for (const r of spec.registers) out.push(`| ${r.offset} | ${r.name} | ${r.access} | ${r.reset} | ${r.doc} |`);
  for (const r of spec.registers.filter((r) => r.fields.length > 0)) {
    out.push('', `## ${r.name} (${r.offset})`, '| bits | name | what |', '|---|---|---|');
    for (const f of r.fields)
      out.push(`| ${f.width === 1 ? f.lsb : `${f.lsb + f.width - 1}:${f.lsb}`} | ${f.name} | ${f.doc} |`);
  }
  out.push('', '## Error codes', '| code | name | what |', '|---|---|---|');
  for (const e of spec.errors) out.push(`| ${e.code} | ${e.name} | ${e.doc} |`);
  out.push(
    '',
    '## Commands',
    `A command is ${spec.commandBytes} bytes: 16 little-endian words of 32 bits. Bits that no field names must be 0. [What they do](accelerator.md).`,
    '',
    '| opcode | name | what |',
    '|---|---|---|',
  );
  for (const o of spec.opcodes) out.push(`| ${o.code} | ${o.name} | ${o.doc} |`);
  for (const ops of ['all', 'load', 'weights', 'conv pool']) {
    out.push(
      '',
      `### Fields of ${ops === 'all' ? 'every command' : ops === 'conv pool' ? 'conv and pool' : ops}`,
      '| word | bits | name | what |',
      '|---|---|---|---|',
    );
    for (const f of spec.fields.filter((f) => f.ops === ops || (ops === 'conv pool' && f.ops === 'conv'))) {
      out.push(
        `| ${f.word} | ${f.lsb + f.width - 1}:${f.lsb} | ${f.name} | ${f.ops === 'conv' ? 'CONV only. ' : ''}${f.doc} |`,
      );
    }
  }
  out.push(
    '',
    '## Presets',
    '| preset | part | clock | multipliers | lanes L | slots S | drain D | ports N | activation memory | weight ring |',
    '|---|---|---|---|---|---|---|---|---|---|',
  );
  for (const p of spec.presets) {
    out.push(
      `| ${p.name} | ${p.part} | ${p.clockMHz} MHz | ${p.lanes * p.slots * 64} | ${p.lanes} | ${p.slots} | ${p.drainCycles} | ${p.ports} | ${2 ** (p.actDepthLog2 + p.banksLog2) / 64} KiB | ${2 ** p.weightDepthLog2 / 16} KiB |`,
    );
  }
  out.push('');
  return out.join('\n');
}

/** The named configuration of a preset: zn_top with its parameters and the constant AXI signals that Vivado asks for. */
function wrapper(p) {
  const n = p.ports;
  const name = `zynqnet_${p.name.replace(/-/g, '_')}`;
  const ports = [
    'input  wire         clk_i',
    'input  wire         rst_n_i',
    'output wire         irq_o',
    'input  wire         s_axi_awvalid',
    'output wire         s_axi_awready',
    'input  wire [11:0]  s_axi_awaddr',
    'input  wire [2:0]   s_axi_awprot',
    'input  wire         s_axi_wvalid',
    'output wire         s_axi_wready',
    'input  wire [31:0]  s_axi_wdata',
    'input  wire [3:0]   s_axi_wstrb',
    'output wire         s_axi_bvalid',
    'input  wire         s_axi_bready',
    'output wire [1:0]   s_axi_bresp',
    'input  wire         s_axi_arvalid',
    'output wire         s_axi_arready',
    'input  wire [11:0]  s_axi_araddr',
    'input  wire [2:0]   s_axi_arprot',
    'output wire         s_axi_rvalid',
    'input  wire         s_axi_rready',
    'output wire [31:0]  s_axi_rdata',
    'output wire [1:0]   s_axi_rresp',
  ];
  const constants = [];
  for (let i = 0; i < n; i++) {
    const m = `m${i}_axi`;
    ports.push(
      `output wire         ${m}_arvalid`,
      `input  wire         ${m}_arready`,
      `output wire [31:0]  ${m}_araddr`,
      `output wire [7:0]   ${m}_arlen`,
      `output wire [2:0]   ${m}_arsize`,
      `output wire [1:0]   ${m}_arburst`,
      `output wire [3:0]   ${m}_arcache`,
      `output wire [2:0]   ${m}_arprot`,
      `input  wire         ${m}_rvalid`,
      `output wire         ${m}_rready`,
      `input  wire [63:0]  ${m}_rdata`,
      `input  wire [1:0]   ${m}_rresp`,
      `input  wire         ${m}_rlast`,
      `output wire         ${m}_awvalid`,
      `input  wire         ${m}_awready`,
      `output wire [31:0]  ${m}_awaddr`,
      `output wire [7:0]   ${m}_awlen`,
      `output wire [2:0]   ${m}_awsize`,
      `output wire [1:0]   ${m}_awburst`,
      `output wire [3:0]   ${m}_awcache`,
      `output wire [2:0]   ${m}_awprot`,
      `output wire         ${m}_wvalid`,
      `input  wire         ${m}_wready`,
      `output wire [63:0]  ${m}_wdata`,
      `output wire [7:0]   ${m}_wstrb`,
      `output wire         ${m}_wlast`,
      `input  wire         ${m}_bvalid`,
      `output wire         ${m}_bready`,
      `input  wire [1:0]   ${m}_bresp`,
    );
    for (const c of ['ar', 'aw'])
      constants.push(
        `  assign ${m}_${c}size = 3'd3;`,
        `  assign ${m}_${c}burst = 2'd1;`,
        `  assign ${m}_${c}cache = 4'd3;`,
        `  assign ${m}_${c}prot = 3'd0;`,
      );
    constants.push(`  assign ${m}_wstrb = 8'hFF;`);
  }
  const cat = (signal) => `{${Array.from({ length: n }, (_, i) => `m${n - 1 - i}_axi_${signal}`).join(', ')}}`;
  const lite = [
    'awvalid',
    'awready',
    'awaddr',
    'wvalid',
    'wready',
    'wdata',
    'wstrb',
    'bvalid',
    'bready',
    'bresp',
    'arvalid',
    'arready',
    'araddr',
    'rvalid',
    'rready',
    'rdata',
    'rresp',
  ];
  const inputs = new Set(['awvalid', 'awaddr', 'wvalid', 'wdata', 'wstrb', 'bready', 'arvalid', 'araddr', 'rready']);
  const full = [
    ['arvalid', 'o'],
    ['arready', 'i'],
    ['araddr', 'o'],
    ['arlen', 'o'],
    ['rvalid', 'i'],
    ['rready', 'o'],
    ['rdata', 'i'],
    ['rresp', 'i'],
    ['rlast', 'i'],
    ['awvalid', 'o'],
    ['awready', 'i'],
    ['awaddr', 'o'],
    ['awlen', 'o'],
    ['wvalid', 'o'],
    ['wready', 'i'],
    ['wdata', 'o'],
    ['wlast', 'o'],
    ['bvalid', 'i'],
    ['bready', 'o'],
    ['bresp', 'i'],
  ];
  return [
    `// ${banner}`,
    `// The accelerator of preset ${p.name}: ${p.part}, ${p.clockMHz} MHz, ${p.lanes * p.slots * 64} multipliers.`,
    '`default_nettype none',
    `module ${name} (`,
    ports.map((x) => `    ${x}`).join(',\n'),
    ');',
    '  logic rst_q;',
    '  always_ff @(posedge clk_i) rst_q <= !rst_n_i;',
    ...constants,
    '  wire [15:0] trace_tag;',
    "  wire _unused = &{1'b0, s_axi_awprot, s_axi_arprot, trace_tag};",
    `  zn_top #(.LANES(${p.lanes}), .SLOTS(${p.slots}), .DRAIN(${p.drainCycles}), .PORTS(${n}), .ACT_LOG2(${p.actDepthLog2}), .BANKS_LOG2(${p.banksLog2}),`,
    `           .RING_LOG2(${p.weightDepthLog2}), .OUT_LOG2(${p.outDepthLog2}), .CODEBOOK(1'b${p.codebook}), .CLOCK_MHZ(${p.clockMHz})) u_top (`,
    '      .clk_i, .rst_i(rst_q), .irq_o,',
    ...lite.map((x) => `      .s_${x}_${inputs.has(x) ? 'i' : 'o'}(s_axi_${x}),`),
    ...full.map(([x, d]) => `      .m_${x}_${d}(${cat(x)}),`),
    '      .trace_tag_o(trace_tag));',
    'endmodule',
    '`default_nettype wire',
    '',
  ].join('\n');
}

checkSpec();
const outputs = {
  'firmware/rtl/zn_pkg.sv': systemVerilog(),
  'native/lowering/hardware.hpp': cpp(),
  'daemon/native/accelerator-constants.ts': typeScript(),
  'docs/register-map.md': markdown(),
};
for (const p of spec.presets) outputs[`firmware/rtl/presets/zynqnet_${p.name.replace(/-/g, '_')}.sv`] = wrapper(p);
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
