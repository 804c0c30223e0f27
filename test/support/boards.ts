import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);

export interface Board {
  readonly name: string;
  readonly title: string;
  readonly part: string;
  readonly preset: string;
  readonly crystalHz: number;
  readonly led: { name: string; mio: number } | null;
  readonly memory: { megabytes: number };
}

interface Preset {
  readonly name: string;
  readonly chip: string;
  readonly clockMHz: number;
  readonly ports: number;
}

/** Every folder of boards/. */
export const boards: readonly Board[] = readdirSync(path.join(root, 'boards'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, ...read(`boards/${name}/board.json`) }))
  .sort(byName);

/** Every file of firmware/presets/. */
const presets: readonly Preset[] = readdirSync(path.join(root, 'firmware/presets'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ name: path.basename(file, '.json'), ...read(`firmware/presets/${file}`) }))
  .sort(byName);

/** Vivado's name of a chip as printed: XC7Z010-1CLG400C is xc7z010clg400-1. */
export const vivadoPart = (part: string) => part.toLowerCase().replace(/^(\w+)-(\d)(\w+)[ciq]$/, '$1$3-$2');

export const presetOf = (board: Board) => {
  const preset = presets.find(({ name }) => name === board.preset);
  if (preset === undefined) throw new Error(`${board.name}: no preset is called ${board.preset}`);
  return preset;
};
