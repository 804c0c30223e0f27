import type { LoadedModel } from '../model/load.js';
import type { NativeAcceleratorOptions } from '../native/accelerator.js';
import { ACCELERATOR_PRESETS } from '../native/accelerator-constants.js';
import type { NativeEngine } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import { createNativeEngine } from './native.js';

const simulators = ['model', 'rtl'];

/**
 * Backends that run on an accelerator: `fpga` (the board), `rtl` (its Verilated hardware, if this build has it) and `model`
 * (its functional model). The simulated ones take a preset: `rtl-zc706`; alone they are a zybo-z7-20.
 */
export function acceleratorBackends(): string[] {
  return loadAddon().accelerators.flatMap((name) =>
    simulators.includes(name) ? [name, ...ACCELERATOR_PRESETS.map((preset) => `${name}-${preset.name}`)] : [name],
  );
}

/** Throws ENGINE_UNKNOWN (not in this build), ENGINE_UNSUPPORTED (it cannot run this model) or an ACCELERATOR_ error. */
export function createAcceleratorEngine(
  { backend, model }: { readonly backend: string; readonly model: LoadedModel },
  options: NativeAcceleratorOptions = {},
): NativeEngine {
  const dash = backend.indexOf('-');
  if (dash < 0) return createNativeEngine(model.native, { backend, accelerator: options });
  const accelerator = { ...options, preset: backend.slice(dash + 1) };
  return createNativeEngine(model.native, { backend: backend.slice(0, dash), accelerator });
}
