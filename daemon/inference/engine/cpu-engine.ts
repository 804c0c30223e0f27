import type { NativeEngine, NativeEngineOptions } from '../../native/addon.js';
import { loadAddon } from '../../native/load.js';
import { createNativeEngine, openNativeEngine } from './native-engine.js';
import type { EngineOptions } from './registry.js';

/** `auto` and `cpu` choose the fastest kernels of this processor for the model's arithmetic. */
export function cpuBackends(): string[] {
  return ['auto', 'cpu', ...loadAddon().features];
}

type CpuRequest = Pick<EngineOptions, 'backend' | 'model' | 'threads'>;

/** An engine on the CPU. Throws ENGINE_UNKNOWN or ENGINE_UNSUPPORTED. */
export function createCpuEngine(request: CpuRequest): NativeEngine {
  return createNativeEngine(request.model.native, nativeOptions(request));
}

/** As `createCpuEngine`, off the main thread. */
export function openCpuEngine(request: CpuRequest): Promise<NativeEngine> {
  return openNativeEngine(request.model.native, nativeOptions(request));
}

function nativeOptions({ backend, threads }: CpuRequest): NativeEngineOptions {
  const native = backend === 'cpu' ? 'auto' : backend;
  return threads === undefined ? { backend: native } : { backend: native, threads };
}
