import { z } from 'zod';
import { key, section } from '../define.js';

export const homeAssistant = section('Discovery by Home Assistant.', {
  enabled: key(z.boolean(), { default: false, applies: 'nothing', doc: 'Publish the discovery message.' }),
  prefix: key(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/)
      .max(64),
    { default: 'homeassistant', applies: 'process', remote: false, doc: "Home Assistant's discovery prefix." },
  ),
  name: key(z.string().min(1).max(64).nullable(), {
    default: null,
    applies: 'nothing',
    doc: 'Name of the device there; null: one made of its id.',
  }),
});
