import { ZynqnetError } from '../../daemon/util/error.js';
import type { ErrorCode } from '../../daemon/util/error-codes.js';

/** Refuses the file: damaged, or not what its name says. */
export function damaged(message: string, cause?: unknown): never {
  throw new ZynqnetError('IMPORT_FORMAT', message, { cause });
}

/** Refuses what the accelerator cannot run; `layer` names it for the user. */
export function unsupported(layer: string, message: string): never {
  throw new ZynqnetError('IMPORT_UNSUPPORTED', `${layer}: ${message}`);
}

/** Refuses a graph that contradicts itself. */
export function inconsistent(layer: string, message: string): never {
  throw new ZynqnetError('IMPORT_GRAPH', `${layer}: ${message}`);
}

/** Refuses weights that are missing, of the wrong shape, or not numbers. */
export function badWeights(layer: string, message: string): never {
  throw new ZynqnetError('IMPORT_WEIGHTS', `${layer}: ${message}`);
}

export function refuse(code: ErrorCode, message: string): never {
  throw new ZynqnetError(code, message);
}

/** A name from a file as a message may show it: one line, printable, short. */
export function shown(name: unknown): string {
  const text = String(name).replaceAll(/[^\x20-\x7e]/g, '?');
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
