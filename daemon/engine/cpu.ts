import type { NativeEngine } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import { createNativeEngine } from './native.js';
import type { EngineOptions } from './registry.js';

/** `auto` and `cpu` choose the fastest kernels of this processor for the model's arithmetic. */
export function cpuBackends(): string[] {
  return ['auto', 'cpu', ...loadAddon().features];
}

/** An engine on the CPU. Throws ENGINE_UNKNOWN or ENGINE_UNSUPPORTED. */
export function createCpuEngine({ backend, model, threads }: EngineOptions): NativeEngine {
  const native = backend === 'cpu' ? 'auto' : backend;
  return createNativeEngine(model.native, threads === undefined ? { backend: native } : { backend: native, threads });
}
