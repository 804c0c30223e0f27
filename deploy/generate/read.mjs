// Boards, presets and chips as their files have them. Plain Node, no dependencies: the bundle's and the firmware's scripts
// ask for names before anything is installed. Whether the files are right: check.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @typedef {Record<string, number> & { name: string, chip: string }} Preset
 * @typedef {{ luts: number, dsps: number, brams: number, idCode: string, freeVivado: boolean }} Chip
 */

/**
 * The content of a JSON file; an error names the file.
 * @param {string} root
 * @param {string} path relative to root
 */
export function readJson(root, path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The boards: the folders of boards/, by name. */
export function boardNames(root = checkout) {
  return readdirSync(join(root, 'boards'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** @param {string} name */
export const readBoard = (name, root = checkout) => readJson(root, `boards/${name}/board.json`);

/**
 * The builds of the accelerator, the smallest first.
 * @returns {Preset[]}
 */
export function readPresets(root = checkout) {
  const files = readdirSync(join(root, 'firmware/presets')).filter((name) => name.endsWith('.json'));
  const presets = files.sort().map((file) => ({
    name: basename(file, '.json'),
    ...readJson(root, `firmware/presets/${file}`),
  }));
  return presets.sort((a, b) => multipliers(a) - multipliers(b));
}

/** @param {{ lanes: number, slots: number }} preset */
export const multipliers = ({ lanes, slots }) => lanes * slots * 64;

/**
 * What the Zynq-7000 chips have, by name.
 * @returns {Record<string, Chip>}
 */
export const readChips = (root = checkout) => readJson(root, 'firmware/chips.json');

/** The module that Vivado and Verilator know a preset by. @param {string} preset */
export const topModule = (preset) => `zynqnet_${preset.replaceAll('-', '_')}`;
