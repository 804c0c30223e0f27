import type { NativeEngine, NativeEngineOptions, NativeModel } from '../../native/addon.js';
import { loadAddon } from '../../native/load.js';
import { ZynqnetError } from '../../util/error.js';
import { type ErrorCode, errorCodes } from '../../util/error-codes.js';

/** The addon's engine, its errors as the daemon's. Throws ENGINE_ and ACCELERATOR_ errors. Blocks while it packs the model. */
export function createNativeEngine(model: NativeModel, options: NativeEngineOptions): NativeEngine {
  try {
    return loadAddon().createEngine(model, options);
  } catch (error) {
    throw asDaemonError(error);
  }
}

/** As `createNativeEngine`, off the main thread. */
export async function openNativeEngine(model: NativeModel, options: NativeEngineOptions): Promise<NativeEngine> {
  try {
    return await loadAddon().openEngine(model, options);
  } catch (error) {
    throw asDaemonError(error);
  }
}

function asDaemonError(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof Error && typeof code === 'string' && code in errorCodes) {
    return new ZynqnetError(code as ErrorCode, error.message, { cause: error });
  }
  return error;
}
