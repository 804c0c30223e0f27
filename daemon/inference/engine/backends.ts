import type { LoadedModel } from '../../model/model-file.js';
import { ACCELERATOR_PRESETS } from '../../native/accelerator-constants.js';
import type { NativeAcceleratorOptions } from '../../native/accelerator-types.js';
import type { NativeEngine, NativeEngineOptions } from '../../native/addon.js';
import { loadAddon } from '../../native/load.js';
import { codeOf, ZynqnetError } from '../../util/error.js';
import { type ErrorCode, errorCodes } from '../../util/error-codes.js';
import { currentBackendName, parseBackend, SIMULATORS } from './backend-name.js';
import type { Engine } from './engine.js';

export interface EngineOptions {
  /** A name of `engineBackends()`, or the one that it had in an earlier release. */
  readonly backend: string;
  readonly model: LoadedModel;
  /** CPU threads; without it two, or one on a single processor. */
  readonly threads?: number;
  /** Where the accelerator is, for its backends. */
  readonly accelerator?: NativeAcceleratorOptions;
}

export type EngineFactory = (options: EngineOptions) => Engine;

const factories = new Map<string, EngineFactory>();

/** Adds a backend from outside the addon; a later one of the same name replaces it. @public */
export function registerEngine(backend: string, factory: EngineFactory): void {
  factories.set(backend, factory);
}

/** Every backend that can be opened in this process. */
export function engineBackends(): string[] {
  return [...new Set([...cpuBackends(), ...acceleratorBackends(), ...factories.keys()])];
}

/** `auto` and `cpu` choose the fastest kernels of this processor for the model's arithmetic. */
export function cpuBackends(): string[] {
  return ['auto', 'cpu', ...loadAddon().features];
}

/**
 * Backends that run on an accelerator: `fpga` (the board), `functional-sim` (what it computes, without a clock) and `rtl` (its
 * Verilated hardware, if this build has it). The simulated ones take a preset: `rtl-zc706`; alone they have `DEFAULT_PRESET`.
 */
export function acceleratorBackends(): string[] {
  return loadAddon().accelerators.flatMap((name) =>
    SIMULATORS.includes(name) ? [name, ...ACCELERATOR_PRESETS.map((preset) => `${name}-${preset.name}`)] : [name],
  );
}

/**
 * Packs or lowers the model off the main thread. Rejects with ENGINE_UNKNOWN (no such backend here), ENGINE_UNSUPPORTED (it
 * cannot run this model) or an ACCELERATOR_ error.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const factory = factories.get(options.backend);
  if (factory) return factory(options);
  try {
    return await loadAddon().openEngine(options.model.native, nativeOptions(options));
  } catch (error) {
    throw asDaemonError(error);
  }
}

/** As `openEngine`, on this thread: for tests and tools. */
export function createEngine(options: EngineOptions): Engine {
  return factories.get(options.backend)?.(options) ?? createNativeEngine(options);
}

/** The addon's own engine, which also reports what a frame costs on an accelerator. Blocks. */
export function createNativeEngine(options: EngineOptions): NativeEngine {
  try {
    return loadAddon().createEngine(options.model.native, nativeOptions(options));
  } catch (error) {
    throw asDaemonError(error);
  }
}

function nativeOptions({ backend, threads, accelerator = {} }: EngineOptions): NativeEngineOptions {
  if (acceleratorBackends().includes(currentBackendName(backend))) {
    const { backend: name, preset } = parseBackend(backend);
    return { backend: name, accelerator: preset === undefined ? accelerator : { ...accelerator, preset } };
  }
  if (!cpuBackends().includes(backend)) {
    const how = /^rtl(-|$)/.test(backend) ? '; "npm run build:rtl" builds the simulated accelerator' : '';
    const known = engineBackends().join(', ');
    throw new ZynqnetError('ENGINE_UNKNOWN', `No backend '${backend}' here; there are ${known}${how}`);
  }
  return { backend: backend === 'cpu' ? 'auto' : backend, ...(threads === undefined ? {} : { threads }) };
}

function asDaemonError(error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof Error && !(error instanceof ZynqnetError) && code !== undefined && code in errorCodes) {
    return new ZynqnetError(code as ErrorCode, error.message, { cause: error });
  }
  return error;
}
