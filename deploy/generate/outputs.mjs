// Every file that is generated from boards/, firmware/presets/ and firmware/chips.json: its path and its text.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topModule } from '../../firmware/regs/presets.mjs';
import { readAll } from './check.mjs';
import { boardTree } from './device-tree.mjs';
import { boardPage, boardsTable, keyTable, readmeTable } from './documents.mjs';

const hex = (value) => `0x${value.toString(16).toUpperCase()}`;

/** What Vivado's scripts read; its Tcl may lack a JSON parser. */
function vivadoBoards({ boards, addresses: { registers } }) {
  const entries = boards.map(
    ({ name, vivadoPart, presetOf, vivado }) =>
      `  ${name} {part ${vivadoPart} clockMHz ${presetOf.clockMHz} ports ${presetOf.ports} ` +
      `top ${topModule(presetOf.name)} boardPart ${vivado.boardPart}}`,
  );
  return `# Generated from boards/ and firmware/presets/ by \`npm run generate\`: do not edit.
# boardPart: the vendor's board file (Vivado's board store), which brings the PS7 preset: DDR, MIO, peripherals.
set boards [dict create \\
${entries.join(' \\\n')}]

# Where the driver and the device tree (firmware/dts) look for the registers.
set registerBase  ${hex(registers.address)}
set registerBytes ${registers.bytes / 1024}K
`;
}

/** The installer's: board and IDCODE (without its revision) of the bitstreams that belong together. */
const installerPatterns = ({ boards, chips }) =>
  `\t${boards.map(({ name, chip }) => `"${name} ${chips[chip].idCode.slice(3)}"`).join(' | ')}) ;;`;

/**
 * The file with other text between its two lines that say `generated: NAME` and `end of NAME`.
 * @param {string} root @param {string} path @param {string} name @param {string} text
 */
function between(root, path, name, text) {
  const whole = readFileSync(join(root, path), 'utf8');
  const [start, end] = [whole.indexOf(`generated: ${name}`), whole.indexOf(`end of ${name}`)];
  if (start < 0 || end < start) throw new Error(`${path}: expected lines 'generated: ${name}' and 'end of ${name}'`);
  const from = whole.indexOf('\n', start) + 1;
  const to = whole.lastIndexOf('\n', end) + 1;
  return `${whole.slice(0, from)}${text}\n${whole.slice(to)}`;
}

/**
 * Generated files of boards and presets that are no more. @param {string} root the checkout
 * @returns {string[]}
 */
export function leftovers(root) {
  const { boards, presets } = readAll(root);
  const pages = ['README.md', ...boards.map(({ name }) => `${name}.md`)];
  const modules = presets.map(({ name }) => `${topModule(name)}.sv`);
  const others = (folder, known) =>
    readdirSync(join(root, folder))
      .filter((file) => !known.includes(file))
      .map((file) => `${folder}/${file}`)
      .filter((path) => readFileSync(join(root, path), 'utf8').includes('Generated from '));
  return [...others('docs/boards', pages), ...others('firmware/rtl/presets', modules)];
}

/**
 * @param {string} root the checkout
 * @returns {Record<string, string>} texts by path
 */
export function outputs(root) {
  const all = readAll(root);
  const marked = (path, name, text) => ({ [path]: between(root, path, name, text) });
  return {
    'firmware/vivado/boards.tcl': vivadoBoards(all),
    ...marked('deploy/install.sh', 'bitstreams', installerPatterns(all)),
    ...marked('README.md', 'boards', readmeTable(all)),
    ...marked('docs/boards/README.md', 'boards', boardsTable(all)),
    ...marked('boards/README.md', 'keys', keyTable()),
    ...Object.fromEntries(
      all.boards.map((board) => [`boards/${board.name}/zynqnetd-board.dtsi`, boardTree(root, board)]),
    ),
    ...Object.fromEntries(all.boards.map((board) => [`docs/boards/${board.name}.md`, boardPage(board, all)])),
  };
}
