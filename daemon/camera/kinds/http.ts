import { z } from 'zod';
import { key, path } from '../../config/define.js';
import type { CameraDriver } from '../frame-source.js';
import type { HttpOptions } from '../http/http-session.js';
import { cameraKind, frameRate } from './kind.js';
import { plainAddress } from './message-rules.js';

const address = z.url({ protocol: /^https?$/ }).max(2048);

export const http = cameraKind({
  name: 'http',
  doc: 'Camera with an HTTP address.',
  frames: 'JPEG, or whatever image the answer is',
  keys: {
    url: key(address.nullable(), {
      default: null,
      applies: 'camera',
      remote: plainAddress('without user and password', /^https?:$/),
      doc: 'Address of a JPEG snapshot or of an MJPEG stream.',
    }),
    mode: key(z.enum(['auto', 'snapshot', 'stream']), {
      default: 'auto',
      applies: 'camera',
      doc: 'Snapshot asks again for each frame, stream reads one endless answer; auto looks at the answer.',
    }),
    framesPerSecond: key(frameRate, { default: 5, applies: 'camera', doc: 'How often a snapshot is fetched.' }),
    userFile: key(path.nullable(), {
      default: null,
      applies: 'camera',
      remote: false,
      doc: 'File with "user:password" for the camera, one line.',
    }),
  },
  required: ['url'],
  driver: (settings, { stallMs }) => httpDriver({ ...settings, stallMs }),
  remedy: 'curl -v URL',
});

export function httpDriver(options: HttpOptions): CameraDriver {
  return {
    kind: 'http',
    openLimitMs: options.stallMs,
    stallLimitMs: options.mode === 'stream' ? options.stallMs : options.stallMs + 1000 / options.framesPerSecond,
    // loaded only where it is used: it brings TLS
    run: async (session) => (await import('../http/http-session.js')).runHttp(options, session),
  };
}
