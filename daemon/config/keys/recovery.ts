import { z } from 'zod';
import { key, section } from '../define.js';

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
    doc: 'End the daemon when no step of recovery helps, so that its supervisor starts it again; false: it stays up without classifying.',
  }),
});
