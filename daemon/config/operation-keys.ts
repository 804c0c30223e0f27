import { z } from 'zod';
import { key, port, section } from './define.js';

/** In the engine's group: what is done about an engine that fails; docs/operations.md lists the steps. */
export const recovery = section('What is done about an engine that fails: retry, reset, reload, fallback, exit.', {
  fallback: key(z.enum(['cpu', 'none']), {
    default: 'cpu',
    applies: 'recovery',
    doc: 'What runs the frames when the accelerator cannot be recovered; cpu is slower and gives the same answers.',
  }),
  stepSeconds: key(z.number().min(0.1).max(600), { default: 10, applies: 'recovery', doc: 'Time limit of each step.' }),
  steadySeconds: key(z.number().min(0.1).max(3600), {
    default: 60,
    applies: 'recovery',
    doc: 'Frames must run this long after a step before the engine counts as recovered.',
  }),
  probeMinutes: key(z.number().min(0.001).max(10_080), {
    default: 10,
    applies: 'recovery',
    doc: 'While the fallback runs the frames: how often the accelerator is tried again.',
  }),
  exit: key(z.boolean(), {
    default: true,
    applies: 'recovery',
    doc: 'End the daemon when nothing has helped, so that its supervisor starts it anew; false: stay, without answers.',
  }),
});

export const metrics = section('Health as Prometheus text over HTTP, at /metrics.', {
  port: key(port.nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: 'Port to listen on; null: none.',
  }),
  host: key(z.string().min(1), {
    default: '127.0.0.1',
    applies: 'process',
    remote: false,
    doc: 'Address to listen on. There is no password: keep it local.',
  }),
});

const level = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']);

export const log = section('Log lines on standard output.', {
  level: key(level, { default: 'info', applies: 'log', doc: 'Least level shown.' }),
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
    doc: 'Least level of lines that are also published on the log topic, at most two a second.',
  }),
});
