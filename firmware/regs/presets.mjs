// The builds of the accelerator (firmware/presets/, a file each) and the chips that they are made for (firmware/chips.json).
// Whether the files are right is checked by deploy/generate/check.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** What the RTL, the lowering and the simulation know of a preset, in the order of its C++ struct. */
export const presetParameters = [
  ...['clockMHz', 'lanes', 'slots', 'drainCycles', 'ports', 'actDepthLog2', 'banksLog2', 'weightDepthLog2'],
  ...['outDepthLog2', 'codebook'],
];

/**
 * @typedef {object} Preset
 * @property {string} name
 * @property {string} chip the smallest that it fits
 * @property {number} speedGrade the slowest that reaches its clock
 * @property {number} clockMHz
 * @property {number} lanes
 * @property {number} slots
 * @property {number} ports
 * @property {number | null} framesPerSecond
 * @property {true} [default] what a simulated accelerator is when no preset is named
 */

/**
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

/** @param {{ lanes: number, slots: number }} preset */
export const multipliers = ({ lanes, slots }) => lanes * slots * 64;

/**
 * All presets, the smallest first.
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

/**
 * What the Zynq-7000 chips have, by name.
 * @returns {Record<string, Chip>}
 */
export const readChips = (root = checkout) => readJson(root, 'firmware/chips.json');

/** The module that Vivado and Verilator know a preset by. @param {string} preset */
export const topModule = (preset) => `zynqnet_${preset.replaceAll('-', '_')}`;
