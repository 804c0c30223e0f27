// Boards as their folders have them. Plain Node, no dependencies: the bundle asks for names before anything is installed.
// Whether the files are right: check.mjs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '../../firmware/regs/presets.mjs';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** The boards: the folders of boards/, by name. */
export function boardNames(root = checkout) {
  return readdirSync(join(root, 'boards'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** @param {string} name */
export const readBoard = (name, root = checkout) => readJson(root, `boards/${name}/board.json`);
