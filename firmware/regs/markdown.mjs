// docs/register-map.md: the page for people who read a register or a command list by hand.
import { multipliers } from './presets.mjs';
import { banner, registersWithFields, spec } from './spec.mjs';

/** A Markdown table; every row is an array of cells. */
function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}

const bitsOf = ({ lsb, width }) => (width === 1 ? `${lsb}` : `${lsb + width - 1}:${lsb}`);

const registers = () => [
  ...table(
    ['offset', 'name', 'access', 'reset', 'what'],
    spec.registers.map((r) => [r.offset, r.name, r.access, r.reset, r.doc]),
  ),
  ...registersWithFields.flatMap((r) => [
    '',
    `## ${r.name} (${r.offset})`,
    ...table(
      ['bits', 'name', 'what'],
      r.fields.map((f) => [bitsOf(f), f.name, f.doc]),
    ),
  ]),
];

const codes = (head, list) =>
  table(
    [head, 'name', 'what'],
    list.map((entry) => [entry.code, entry.name, entry.doc]),
  );

const fields = (title, ops) => [
  '',
  `### Fields of ${title}`,
  ...table(
    ['word', 'bits', 'name', 'what'],
    spec.fields
      .filter((f) => ops.includes(f.ops))
      .map((f) => [f.word, bitsOf(f), f.name, `${f.ops === 'conv' ? 'CONV only. ' : ''}${f.doc}`]),
  ),
];

const commands = () => [
  `A command is ${spec.commandBytes} bytes: 16 little-endian words of 32 bits. Bits that no field names must be 0. [What they do](accelerator.md).`,
  '',
  ...codes('opcode', spec.opcodes),
  ...fields('every command', ['all']),
  ...fields('load', ['load']),
  ...fields('weights', ['weights']),
  ...fields('conv and pool', ['conv pool', 'conv']),
];

const presets = () =>
  table(
    [
      'preset',
      'chip',
      'clock',
      'multipliers',
      'lanes L',
      'slots S',
      'drain D',
      'ports N',
      'activation memory',
      'weight ring',
    ],
    spec.presets.map((p) => [
      p.default ? `${p.name} (default)` : p.name,
      `${p.chip}-${p.speedGrade}`,
      `${p.clockMHz} MHz`,
      multipliers(p),
      p.lanes,
      p.slots,
      p.drainCycles,
      p.ports,
      `${2 ** (p.actDepthLog2 + p.banksLog2) / 64} KiB`,
      `${2 ** p.weightDepthLog2 / 16} KiB`,
    ]),
  );

export function markdown() {
  return [
    '# Register map of the accelerator',
    '',
    `<!-- ${banner} -->`,
    '',
    `AXI4-Lite, a window of ${spec.identity.windowBytes} bytes, 32-bit registers; byte strobes are honoured.`,
    'Reads and writes of unmapped offsets, and writes to read-only registers, answer SLVERR and change nothing.',
    '',
    ...registers(),
    '',
    '## Error codes',
    ...codes('code', spec.errors),
    '',
    '## Commands',
    ...commands(),
    '',
    '## Presets',
    ...presets(),
    '',
  ].join('\n');
}
