import { z } from 'zod';
import { key, section } from '../define.js';

export const limits = section(
  'Time limits; a stage beyond its limit loses the frame, counted, and the daemon goes on.',
  {
    preprocessMs: key(z.int().min(10).max(600_000), {
      default: 5000,
      applies: 'nothing',
      doc: 'For decoding and scaling one frame.',
    }),
    inferenceMs: key(z.int().min(10).max(600_000), {
      default: 10_000,
      applies: 'nothing',
      doc: 'For one run of the network.',
    }),
    shutdownMs: key(z.int().min(100).max(60_000), {
      default: 5000,
      applies: 'nothing',
      doc: 'For a clean end after SIGTERM.',
    }),
  },
);
