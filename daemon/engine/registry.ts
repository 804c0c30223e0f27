import { ZynqnetError } from '../errors/error.js';
import type { LoadedModel } from '../model/load.js';
import { acceleratorBackends, createAcceleratorEngine } from './accelerator.js';
import { cpuBackends, createCpuEngine } from './cpu.js';
import type { Engine } from './engine.js';

export interface EngineOptions {
  /** A name of `engineBackends()`. */
  readonly backend: string;
  readonly model: LoadedModel;
  /** CPU threads; without it two, or one on a single processor. */
  readonly threads?: number;
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

/** Throws ZynqnetError ENGINE_UNKNOWN (no such backend here) or ENGINE_UNSUPPORTED (it cannot run this model). */
export function createEngine(options: EngineOptions): Engine {
  const factory = factories.get(options.backend);
  if (factory) return factory(options);
  const known = engineBackends();
  if (!known.includes(options.backend)) {
    throw new ZynqnetError('ENGINE_UNKNOWN', `No backend '${options.backend}' here; there are ${known.join(', ')}`);
  }
  return acceleratorBackends().includes(options.backend) ? createAcceleratorEngine(options) : createCpuEngine(options);
}
