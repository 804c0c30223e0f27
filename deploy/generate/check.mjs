// What a board, a preset and a chip must say. All problems of all files are reported together, each with file and key.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readChips, readPresets } from '../../firmware/regs/presets.mjs';
import { boardNames, readBoard } from './read.mjs';

const count = (what) => z.int().positive().describe(what);
const text = (what) => z.string().min(1).describe(what);
const partPattern = /^(XC7Z\d{3}S?)-(\d)([A-Z]{2,3}\d{3,4})[CIQ]$/;

export const boardSchema = z.strictObject({
  title: text('what people call it'),
  maker: text("its maker's name"),
  part: z
    .string()
    .regex(partPattern, "expected the chip's print such as XC7Z020-1CLG400C")
    .describe("the chip's print: device, speed grade, package, temperature grade"),
  preset: text('the build of the accelerator that it runs: a file of `firmware/presets/`'),
  memory: z
    .strictObject({
      megabytes: count('size'),
      type: z.enum(['DDR2', 'DDR3', 'DDR3L', 'LPDDR2']).describe('kind'),
      where: text('for boards with more than one memory').optional(),
      widthBits: z.union([z.literal(16), z.literal(32)]).describe('width of the data bus'),
      megatransfers: count('transfers per second on each line, in millions'),
    })
    .describe("the processor's memory"),
  crystalHz: count('frequency of PS_CLK; the device tree gets it'),
  console: z
    .string()
    .regex(/^ttyPS[01]$/, 'expected ttyPS0 or ttyPS1')
    .describe("Linux's name of the serial console"),
  led: z
    .strictObject({ name: text("the board's print"), mio: z.int().min(0).max(53).describe('pin of the processor') })
    .nullable()
    .describe('what blinks at the command `identify`; null: no LED at a pin of the processor'),
  vivado: z
    .strictObject({
      boardPart: z
        .string()
        .regex(/^[\w.-]+:[\w.-]+:[\w.-]+:[\w.*]+$/, 'expected vendor:name:part:version')
        .describe("name in Vivado's board store: its PS7 preset sets memory, pins and peripherals"),
      boardFiles: text('where the board files come from'),
    })
    .describe('what Vivado needs to know of it'),
  yoctoMachine: z.string().min(1).nullable().describe("meta-xilinx's own machine for it; null: `zynq-generic`"),
  page: z
    .strictObject({
      bootMode: text('how to boot from the SD card'),
      console: text('the serial port'),
      consoleDevice: text("the serial port's device file on the PC"),
      usbHost: text('where the camera is plugged in'),
      power: text('how the board is powered'),
      supportPackage: text('whether PetaLinux needs a board support package'),
      firstBoot: text('what to plug and set before switching it on, as a sentence'),
    })
    .describe("what only the board's own page says, as people read it"),
});

const presetSchema = z.strictObject({
  name: text('the file'),
  chip: text('the chip that it is sized for'),
  speedGrade: count('the slowest that reaches the clock'),
  ...{ clockMHz: count('clock'), lanes: count('L'), slots: count('S'), drainCycles: count('D') },
  ...{ ports: z.int().min(1).max(4), actDepthLog2: count(''), banksLog2: z.int().min(0) },
  ...{ weightDepthLog2: count(''), outDepthLog2: count(''), codebook: z.union([z.literal(0), z.literal(1)]) },
  framesPerSecond: count('ZynqNet in RTL simulation').nullable(),
  default: z.literal(true).optional(),
});

const chipSchema = z.strictObject({
  ...{ luts: count('LUTs'), dsps: count('DSP48E1'), brams: count('block memories of 36 Kbit') },
  idCode: z.string().regex(/^0x0[0-9a-f]{7}$/, 'expected eight hexadecimal digits, the first 0 (the revision)'),
  freeVivado: z.boolean().describe('whether the free edition of Vivado knows it'),
});

/**
 * What is wrong with a value: a line each, with file and key.
 * @param {z.ZodType} schema
 * @param {unknown} value
 * @param {string} file
 */
function problemsOf(schema, value, file) {
  const { error } = schema.safeParse(value, {
    error: ({ code, input }) => (code === 'invalid_type' && input === undefined ? 'this key is missing' : undefined),
  });
  return (error?.issues ?? []).map(({ path, message }) => [file, path.join('.'), message].filter(Boolean).join(': '));
}

/** @param {string} part as printed: XC7Z010-1CLG400C */
function readPart(part) {
  const [, chip = '', speed = '', housing = ''] = partPattern.exec(part) ?? [];
  const device = chip.toLowerCase();
  return { chip: device, speedGrade: Number(speed), vivadoPart: `${device}${housing.toLowerCase()}-${speed}` };
}

/** Where registers and DMA memory are on every board: zynqnetd.dtsi is their definition. @param {string} root */
export function readAddresses(root) {
  const tree = readFileSync(join(root, 'firmware/dts/zynqnetd.dtsi'), 'utf8');
  const range = (node) => {
    const [, address, bytes] = new RegExp(`${node}@[0-9a-f]+ {[^}]*reg = <(0x\\w+) (0x\\w+)>`).exec(tree) ?? [];
    return { address: Number(address), bytes: Number(bytes) };
  };
  return { registers: range('zynqnetd'), memory: range('zynqnetd-pool') };
}

/** What a board must fit: its chip, its preset, the memory that the device tree reserves. */
function misfits(board, { presets, chips, addresses }) {
  const problems = [];
  const preset = presets.find(({ name }) => name === board.preset);
  const [chip, needed] = [chips[board.chip], chips[preset?.chip ?? '']];
  if (preset === undefined)
    problems.push(`preset: there is no '${board.preset}'; there are ${presets.map(({ name }) => name).join(', ')}`);
  if (chip === undefined)
    problems.push(`part: firmware/chips.json has no ${board.chip}; it has ${Object.keys(chips).join(', ')}`);
  const scarce = ['luts', 'dsps', 'brams'].filter((what) => chip?.[what] < needed?.[what]);
  if (scarce.length > 0) {
    const figures = scarce.map((what) => `${chip[what]} of ${needed[what]} ${what}`).join(', ');
    problems.push(`part: too small for preset ${board.preset}: has ${figures}`);
  }
  if (board.speedGrade < preset?.speedGrade)
    problems.push(`part: speed grade ${board.speedGrade}, preset ${board.preset} needs ${preset.speedGrade}`);
  const { address, bytes } = addresses.memory;
  if (address + bytes > board.memory.megabytes << 20)
    problems.push('memory.megabytes: less than what zynqnetd.dtsi reserves lies in');
  return problems;
}

/** A board as its folder has it, with what follows from it; its problems go to the list. */
function checkedBoard(root, name, problems, context) {
  const file = `boards/${name}/board.json`;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) problems.push(`boards/${name}: expected small letters, digits and hyphens`);
  for (const path of ['board.json', 'zynqnetd.yaml']) {
    if (!existsSync(join(root, 'boards', name, path))) problems.push(`boards/${name}/${path}: this file is missing`);
  }
  if (!existsSync(join(root, file))) return undefined;
  const value = readBoard(name, root);
  const wrong = problemsOf(boardSchema, value, file);
  problems.push(...wrong);
  if (wrong.length > 0) return undefined;
  const board = { name, ...value, ...readPart(value.part) };
  problems.push(...misfits(board, context).map((problem) => `${file}: ${problem}`));
  return { ...board, presetOf: context.presets.find((preset) => preset.name === board.preset) };
}

/**
 * Everything that is generated from, checked. Boards come in the order of their presets, the smallest first.
 * @param {string} root the checkout
 * @throws an Error that names every problem of every file
 */
export function readAll(root) {
  const [presets, chips, addresses] = [readPresets(root), readChips(root), readAddresses(root)];
  const problems = [
    ...presets.flatMap((preset) => problemsOf(presetSchema, preset, `firmware/presets/${preset.name}.json`)),
    ...Object.entries(chips).flatMap(([name, chip]) => problemsOf(chipSchema, chip, `firmware/chips.json: ${name}`)),
    ...presets
      .filter(({ chip }) => chips[chip] === undefined)
      .map(({ name, chip }) => `firmware/presets/${name}.json: chip: firmware/chips.json has no ${chip}`),
  ];
  const defaults = presets.filter((preset) => preset.default);
  if (defaults.length !== 1) problems.push(`firmware/presets: expected one with "default", found ${defaults.length}`);
  const order = presets.map(({ name }) => name);
  const boards = boardNames(root)
    .map((name) => checkedBoard(root, name, problems, { presets, chips, addresses }))
    .filter((board) => board !== undefined)
    .sort((a, b) => order.indexOf(a.preset) - order.indexOf(b.preset));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { boards, presets, chips, addresses };
}
