import { z } from 'zod';
import { key, section } from '../define.js';

export const publish = section('What is published, and how often.', {
  results: key(z.boolean(), { default: true, applies: 'nothing', doc: 'Publish a result for every frame.' }),
  maxResultsPerSecond: key(z.number().min(0.01).max(1000).nullable(), {
    default: null,
    applies: 'nothing',
    doc: 'Results beyond this rate are skipped (and counted); null: no limit.',
  }),
  imageSeconds: key(z.number().min(1).max(86_400).nullable(), {
    default: null,
    applies: 'nothing',
    doc: 'How often a picture is published on the image topic; null: only when the snapshot command asks for one.',
  }),
  healthSeconds: key(z.number().min(1).max(3600), {
    default: 10,
    applies: 'nothing',
    doc: 'How often health is published.',
  }),
});
