// firmware/rtl/zn_pkg.sv: identity, registers and their bits, error codes, opcodes and command fields as constants.
import { banner, maskOf, snake, spec } from './spec.mjs';

const hexOf = (bits, value) =>
  `${bits}'h${Number(value)
    .toString(16)
    .padStart(bits / 4, '0')}`;
const param = (type, name, value) => `  localparam ${type} ${name} = ${value};`;

/** A flag is one bit, NAME_BIT; a wider field has its lowest bit and its width, NAME_LSB and NAME_WIDTH. */
function registerField(register, { name, lsb, width }) {
  const prefix = `${snake(register.name)}_${snake(name)}`;
  if (width === 1) return [param('int', `${prefix}_BIT`, lsb)];
  return [param('int', `${prefix}_LSB`, lsb), param('int', `${prefix}_WIDTH`, width)];
}

/** BITS is how many of the lowest bits hold all fields. */
function register(r) {
  const out = [param('logic [11:0]', `REG_${snake(r.name)}`, hexOf(12, r.offset))];
  if (r.fields.length > 0) {
    out.push(param('int', `${snake(r.name)}_BITS`, maskOf(r).toString(2).length));
  }
  return [...out, ...r.fields.flatMap((field) => registerField(r, field))];
}

/** Lowest bit in the whole command, and width. */
function commandField(f) {
  return [param('int', `F_${snake(f.name)}`, f.word * 32 + f.lsb), param('int', `W_${snake(f.name)}`, f.width)];
}

export function systemVerilog() {
  return [
    `// ${banner}`,
    '`default_nettype none',
    '// Every user of the package needs some of its constants only.',
    '/* verilator lint_off UNUSEDPARAM */',
    'package zn_pkg;',
    param('logic [31:0]', 'ID', `32'h${spec.identity.id.slice(2)}`),
    param('logic [31:0]', 'VERSION', `32'h${spec.identity.version.slice(2)}`),
    ...spec.registers.flatMap(register),
    ...spec.errors.map((e) => param('logic [3:0]', `ERR_${snake(e.name)}`, `4'd${e.code}`)),
    ...spec.opcodes.map((o) => param('logic [7:0]', `OP_${snake(o.name)}`, `8'd${o.code}`)),
    param('int', 'CMD_BITS', spec.commandBytes * 8),
    ...spec.fields.flatMap(commandField),
    'endpackage',
    '/* verilator lint_on UNUSEDPARAM */',
    '`default_nettype wire',
    '',
  ].join('\n');
}
