import { z } from 'zod';
import { key, path, port, section } from '../define.js';

export const broker = section('The embedded broker, used when mqtt.url is null.', {
  host: key(z.string().min(1), {
    default: '127.0.0.1',
    applies: 'process',
    remote: false,
    doc: 'Address to listen on. Anything but a loopback address needs user and passwordFile.',
  }),
  port: key(port, {
    default: 1883,
    applies: 'process',
    remote: false,
    doc: 'Port to listen on; the next free one is taken if it is in use.',
  }),
  user: key(z.string().min(1).nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: 'User name that clients must give.',
  }),
  passwordFile: key(path.nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: 'File whose first line is the password.',
  }),
});
