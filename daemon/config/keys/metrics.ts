import { z } from 'zod';
import { key, port, section } from '../define.js';

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
