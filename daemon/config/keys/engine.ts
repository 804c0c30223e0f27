import { z } from 'zod';
import { key, section } from '../define.js';

import { accelerator } from './accelerator.js';
import { recovery } from './recovery.js';

export const engine = section('What runs the network.', {
  backend: key(z.string().regex(/^[a-z0-9-]{1,32}$/), {
    default: 'auto',
    applies: 'model',
    doc: 'auto: the accelerator where the FPGA holds it, else cpu; cpu; scalar (the slow reference); or another that the error for a wrong one lists.',
  }),
  threads: key(z.int().min(1).max(16).nullable(), {
    default: null,
    applies: 'model',
    doc: 'Threads of the CPU engine; null: two, or one on a single processor.',
  }),
  recovery,
  accelerator,
});
