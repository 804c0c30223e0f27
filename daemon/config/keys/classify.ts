import { z } from 'zod';
import { key, section } from '../define.js';

export const classify = section('From probabilities to a stable answer.', {
  topK: key(z.int().min(1).max(100), { default: 5, applies: 'nothing', doc: 'Number of classes in a result.' }),
  threshold: key(z.number().min(0).max(1), {
    default: 0.5,
    applies: 'nothing',
    doc: 'Minimum probability of a class that becomes the stable one.',
  }),
  margin: key(z.number().min(0).max(1), {
    default: 0.1,
    applies: 'nothing',
    doc: 'Minimum lead over the second class.',
  }),
  hold: key(z.number().min(0).max(1).nullable(), {
    default: null,
    applies: 'nothing',
    doc: 'Minimum probability at which the class that is stable stays so; null: the threshold. Lower means fewer changes.',
  }),
  frames: key(z.int().min(1).max(1000), {
    default: 3,
    applies: 'nothing',
    doc: 'Frames in a row that must agree before an event is published.',
  }),
});
