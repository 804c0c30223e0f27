import type { LoadedModel } from '../../model/load.js';
import { ACCELERATOR_PRESETS } from '../../native/accelerator-constants.js';
import type { NativeAcceleratorOptions } from '../../native/accelerator-types.js';
import type { NativeEngine, NativeEngineOptions } from '../../native/addon.js';
import { loadAddon } from '../../native/load.js';
import { createNativeEngine, openNativeEngine } from './native-engine.js';

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

interface AcceleratorRequest {
  readonly backend: string;
  readonly model: LoadedModel;
}

/** Throws ENGINE_UNKNOWN (not in this build), ENGINE_UNSUPPORTED (it cannot run this model) or an ACCELERATOR_ error. */
export function createAcceleratorEngine(
  request: AcceleratorRequest,
  options: NativeAcceleratorOptions = {},
): NativeEngine {
  return createNativeEngine(request.model.native, nativeOptions(request.backend, options));
}

/** As `createAcceleratorEngine`, off the main thread. */
export function openAcceleratorEngine(
  request: AcceleratorRequest,
  options: NativeAcceleratorOptions = {},
): Promise<NativeEngine> {
  return openNativeEngine(request.model.native, nativeOptions(request.backend, options));
}

function nativeOptions(backend: string, accelerator: NativeAcceleratorOptions): NativeEngineOptions {
  const dash = backend.indexOf('-');
  if (dash < 0) return { backend, accelerator };
  return { backend: backend.slice(0, dash), accelerator: { ...accelerator, preset: backend.slice(dash + 1) } };
}
