// daemon/native/accelerator-constants.ts: the addon reports numbers and names, the daemon knows what they mean.
import { multipliers } from './presets.mjs';
import { banner, hex, spec } from './spec.mjs';

const quoted = (text) => (text.includes("'") ? `"${text}"` : `'${text}'`);

export function typeScript() {
  return [
    `// ${banner}`,
    '',
    `export const ACCELERATOR_ID = ${hex(spec.identity.id).toLowerCase()};`,
    '',
    '/** Error codes of the accelerator: name and meaning by number. */',
    'export const ACCELERATOR_ERRORS = [',
    ...spec.errors.map((e) => `  { name: '${e.name}', meaning: ${quoted(e.doc)} },`),
    '] as const;',
    '',
    '/** Builds of the accelerator. */',
    'export const ACCELERATOR_PRESETS = [',
    ...spec.presets.map((p) => `  { name: '${p.name}', clockMHz: ${p.clockMHz}, multipliers: ${multipliers(p)} },`),
    '] as const;',
    '',
    '/** What a simulated accelerator is when no preset is named. */',
    `export const DEFAULT_PRESET = '${spec.presets.find((p) => p.default).name}';`,
    '',
    '/** Name of a preset. */',
    "export type AcceleratorPreset = (typeof ACCELERATOR_PRESETS)[number]['name'];",
    '',
  ].join('\n');
}
