import { z } from 'zod';
import { cameraKindNames, cameraSections } from '../../camera/kinds/table.js';
import { key, section } from '../define.js';

/** Every kind's keys; only the group that `source` names is used. */
export const camera = section('Where frames come from.', {
  source: key(z.enum(cameraKindNames), {
    default: 'scene',
    applies: 'camera',
    doc: 'Kind of camera; the group of the same name below holds its parameters.',
  }),
  name: key(z.string().min(1).max(64), {
    default: 'camera',
    applies: 'camera',
    doc: 'Name of the camera in published results.',
  }),
  stallSeconds: key(z.number().min(0.5).max(3600), {
    default: 10,
    applies: 'camera',
    doc: 'A camera without a frame for this long counts as stalled and is opened again.',
  }),
  ...cameraSections,
});
