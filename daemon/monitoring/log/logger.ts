import { type Logger, pino } from 'pino';
import type { LogOutput } from './log-output.js';

export type { Logger };

/** A pino logger into `output`. Its `level` can be set at any time; a child's `part` says which part of the daemon speaks. */
export function createLogger(level: string, output: LogOutput): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, output);
}
