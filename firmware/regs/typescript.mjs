// daemon/native/accelerator-constants.ts: the addon reports numbers and names, the daemon knows what they mean.
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
    ...spec.presets.map(
      (p) => `  { name: '${p.name}', clockMHz: ${p.clockMHz}, multipliers: ${p.lanes * p.slots * 64} },`,
    ),
    '] as const;',
    '',
    '/** Name of a preset. */',
    "export type AcceleratorPreset = (typeof ACCELERATOR_PRESETS)[number]['name'];",
    '',
  ].join('\n');
}
