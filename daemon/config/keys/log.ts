import { z } from 'zod';
import { key, section } from '../define.js';

const level = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']);

export const log = section('Log lines on standard output.', {
  level: key(level, { default: 'info', applies: 'log', doc: 'Lowest level shown.' }),
  format: key(z.enum(['human', 'json']), {
    default: 'human',
    applies: 'process',
    doc: 'human: for people; json: one pino object a line.',
  }),
  maxLinesPerSecond: key(z.number().min(0.1).max(10_000), {
    default: 20,
    applies: 'nothing',
    doc: 'Lines beyond this rate (after a burst of ten times as many) are left out, and counted in a line of their own.',
  }),
  topic: key(z.enum(['off', 'error', 'warn', 'info', 'debug']), {
    default: 'off',
    applies: 'nothing',
    doc: 'Lowest level of lines that are also published on the log topic, at most two a second.',
  }),
});
