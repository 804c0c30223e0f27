// What the documentation says of boards: a page for each, and tables between markers in pages that people write.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { multipliers } from '../../firmware/regs/presets.mjs';
import { boardSchema } from './check.mjs';

const words = ['no', 'one', 'two', 'three', 'four'];
const size = ({ megabytes }) => (megabytes % 1024 === 0 ? `${megabytes / 1024} GB` : `${megabytes} MB`);
const megahertz = (hertz) => `${Math.round(hertz / 10_000) / 100} MHz`;
const chipName = (chip) => chip.toUpperCase();

/** The crystal that most Zynq boards have; another one must be in the device tree, or Linux counts time wrongly. */
const usualCrystalHz = 33_333_333;

function crystal({ name, crystalHz }) {
  if (crystalHz === usualCrystalHz) return megahertz(crystalHz);
  const where = `\`ps-clk-frequency\` in \`boards/${name}/zynqnetd-board.dtsi\``;
  return `${megahertz(crystalHz)} (${where}; other Zynq boards have ${megahertz(usualCrystalHz)})`;
}

/** What stands in the template for {{key}}. */
function pageValues(board, { chips }) {
  const { memory, presetOf, page, led, vivado } = board;
  const ports = `${words[presetOf.ports]} 64-bit HP port${presetOf.ports === 1 ? '' : 's'}`;
  const standard = 'the free Standard edition will do';
  const enterprise = `Enterprise edition: the Standard one does not know the ${chipName(board.chip)}`;
  return {
    ...{ name: board.name, title: board.title, part: board.part, preset: board.preset, clockMHz: presetOf.clockMHz },
    ...{ ...page, ports, crystal: crystal(board), boardFiles: vivado.boardFiles },
    memory: [`${size(memory)} of ${memory.type}`, memory.where].filter(Boolean).join(' '),
    led: led?.name ?? 'none at a pin of the processor; `identify` takes the first LED that Linux knows',
    blinks: led === null ? '' : `    # ${led.name} blinks`,
    vivadoEdition: chips[board.chip].freeVivado ? standard : enterprise,
    vivadoBoard: vivado.boardPart.split(':')[1],
  };
}

const template = () => readFileSync(new URL('board-page.md', import.meta.url), 'utf8');

/** From an empty SD card to the first result, for one board. */
export function boardPage(board, facts) {
  const values = pageValues(board, facts);
  const [title, ...text] = template().split('\n');
  const source = `boards/${board.name}/board.json and deploy/generate/board-page.md`;
  const page = [
    title,
    `<!-- Generated from ${source}: do not edit, change those and run \`npm run generate\`. -->`,
    ...text,
  ].join('\n');
  return page.replace(/\{\{(\w+)\}\}/g, (_, key) => {
    if (values[key] === undefined) throw new Error(`deploy/generate/board-page.md: nothing is called ${key}`);
    return values[key];
  });
}

const table = (head, rows) =>
  [
    `| ${head.join(' | ')} |`,
    `|${'---|'.repeat(head.length)}`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')),
  ].join('\n');

/** The README's: what each board's accelerator reaches. */
export function readmeTable({ boards }) {
  const rows = boards.map(({ name, title, chip, presetOf }) => [
    `[${title}](docs/boards/${name}.md)`,
    chipName(chip),
    `${multipliers(presetOf)} at ${presetOf.clockMHz} MHz`,
    presetOf.framesPerSecond === null ? 'not simulated yet' : `${presetOf.framesPerSecond} frames/s`,
  ]);
  return table(['board', 'chip', 'int8 multipliers', 'ZynqNet, 256x256 (529 M MACs), in RTL simulation'], rows);
}

/** That of the page for all boards. */
export function boardsTable({ boards }) {
  const gigabytes = ({ widthBits, megatransfers }) => `${((widthBits / 8) * (megatransfers / 1000)).toFixed(1)} GB/s`;
  const rows = boards.map(({ name, title, chip, preset, memory, yoctoMachine }) => [
    `[${title}](${name}.md)`,
    `\`${name}\``,
    chipName(chip),
    `\`${preset}\``,
    `${size(memory)} ${memory.type}, ${memory.widthBits} bits, ${gigabytes(memory)}`,
    yoctoMachine === null ? '' : `\`${yoctoMachine}\``,
  ]);
  return table(['board', 'name', 'chip', 'preset', 'memory', 'machine of meta-xilinx'], rows);
}

/** The keys of board.json. */
export function keyTable() {
  const rows = [];
  const visit = (schema, path) => {
    for (const [key, value] of Object.entries(schema.properties)) {
      const name = [...path, key].join('.');
      const value0 = value.anyOf?.find((one) => one.properties) ?? value;
      const kind = schema.required.includes(key) ? '' : ' (optional)';
      const oneOf = value.enum ?? value.anyOf?.map((one) => one.const).filter((one) => one !== undefined);
      const choices = oneOf?.length > 0 ? `: ${oneOf.join(', ')}` : '';
      rows.push([`\`${name}\`${kind}`, `${value.description ?? ''}${choices}`]);
      if (value0.properties !== undefined) visit(value0, [...path, key]);
    }
  };
  visit(z.toJSONSchema(boardSchema), []);
  return table(['key', 'what'], rows);
}
