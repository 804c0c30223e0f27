import { z } from 'zod';
import { key, section } from '../define.js';

const pixels = z.int().min(0).max(16_384);

export const preprocess = section('From camera frame to network input.', {
  region: key(
    z
      .strictObject({
        x: pixels.meta({ description: 'Left edge in pixels.' }),
        y: pixels.meta({ description: 'Upper edge in pixels.' }),
        width: pixels.min(1).meta({ description: 'Width in pixels.' }),
        height: pixels.min(1).meta({ description: 'Height in pixels.' }),
      })
      .nullable(),
    { default: null, applies: 'view', doc: 'Part of the frame that is looked at; null: all of it.' },
  ),
  rotate: key(z.literal([0, 90, 180, 270]), {
    default: 0,
    applies: 'view',
    doc: 'Clockwise turn of the frame in degrees, after the region is cut out.',
  }),
  flip: key(z.enum(['none', 'horizontal', 'vertical', 'both']), {
    default: 'none',
    applies: 'view',
    doc: 'Mirrors the frame.',
  }),
  mode: key(z.enum(['model', 'squash', 'cover', 'contain']), {
    default: 'cover',
    applies: 'view',
    doc: "How a camera's frame fits the network's input; cover: the middle of it, undistorted; model: as the model says of photographs.",
  }),
});
