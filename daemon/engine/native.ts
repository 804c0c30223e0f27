import { type ErrorCode, errorCodes } from '../errors/codes.js';
import { ZynqnetError } from '../errors/error.js';
import type { NativeEngine, NativeEngineOptions, NativeModel } from '../native/addon.js';
import { loadAddon } from '../native/load.js';

/** The addon's engine, its errors as the daemon's. Throws ENGINE_ and ACCELERATOR_ errors. */
export function createNativeEngine(model: NativeModel, options: NativeEngineOptions): NativeEngine {
  try {
    return loadAddon().createEngine(model, options);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (error instanceof Error && typeof code === 'string' && code in errorCodes) {
      throw new ZynqnetError(code as ErrorCode, error.message, { cause: error });
    }
    throw error;
  }
}
