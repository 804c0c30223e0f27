import type { LoadedModel } from '../../model/load.js';
import type { NativeAcceleratorOptions } from '../../native/accelerator-types.js';
import { ZynqnetError } from '../../util/error.js';
import { acceleratorBackends, createAcceleratorEngine, openAcceleratorEngine } from './accelerator-engine.js';
import { cpuBackends, createCpuEngine, openCpuEngine } from './cpu-engine.js';
import type { Engine } from './engine.js';

export interface EngineOptions {
  /** A name of `engineBackends()`. */
  readonly backend: string;
  readonly model: LoadedModel;
  /** CPU threads; without it two, or one on a single processor. */
  readonly threads?: number;
  /** Where the accelerator is, for its backends. */
  readonly accelerator?: NativeAcceleratorOptions;
}

export type EngineFactory = (options: EngineOptions) => Engine;

const factories = new Map<string, EngineFactory>();

/** Adds a backend; a later one of the same name replaces it. */
export function registerEngine(backend: string, factory: EngineFactory): void {
  factories.set(backend, factory);
}

/** Every backend that `createEngine` knows in this process. */
export function engineBackends(): string[] {
  return [...new Set([...cpuBackends(), ...acceleratorBackends(), ...factories.keys()])];
}

/**
 * Blocks while it packs or lowers the model: for tests and benches. Throws ZynqnetError ENGINE_UNKNOWN (no such backend here),
 * ENGINE_UNSUPPORTED (it cannot run this model) or an ACCELERATOR_ error.
 */
export function createEngine(options: EngineOptions): Engine {
  const factory = factories.get(options.backend);
  if (factory) return factory(options);
  return isAccelerator(options.backend)
    ? createAcceleratorEngine(options, options.accelerator)
    : createCpuEngine(options);
}

/** As `createEngine`, off the main thread. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const factory = factories.get(options.backend);
  if (factory) return factory(options);
  return isAccelerator(options.backend) ? openAcceleratorEngine(options, options.accelerator) : openCpuEngine(options);
}

function isAccelerator(backend: string): boolean {
  const known = engineBackends();
  if (!known.includes(backend)) {
    const how = /^rtl(-|$)/.test(backend) ? '; "npm run build:rtl" builds the simulated accelerator' : '';
    throw new ZynqnetError('ENGINE_UNKNOWN', `No backend '${backend}' here; there are ${known.join(', ')}${how}`);
  }
  return acceleratorBackends().includes(backend);
}
