import { type ErrorCode, errorCodes } from '../errors/codes.js';
import { ZynqnetError } from '../errors/error.js';
import type { NativeBackend, NativeEngine } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import type { EngineOptions } from './registry.js';

/** `auto` and `cpu` choose the fastest kernels of this processor for the model's arithmetic. */
export function cpuBackends(): string[] {
  return ['auto', 'cpu', ...loadAddon().features];
}

/** An engine on the CPU. Throws ENGINE_UNKNOWN or ENGINE_UNSUPPORTED. */
export function createCpuEngine({ backend, model, threads }: EngineOptions): NativeEngine {
  const native = (backend === 'cpu' ? 'auto' : backend) as NativeBackend;
  try {
    return loadAddon().createEngine(
      model.native,
      threads === undefined ? { backend: native } : { backend: native, threads },
    );
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (error instanceof Error && typeof code === 'string' && code in errorCodes) {
      throw new ZynqnetError(code as ErrorCode, error.message, { cause: error });
    }
    throw error;
  }
}
