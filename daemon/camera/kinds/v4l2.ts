import { z } from 'zod';
import { key, path } from '../../config/define.js';
import type { NativeV4l2, NativeV4l2Event } from '../../native/v4l2.js';
import { ZynqnetError } from '../../util/error.js';
import type { CameraDriver, Session } from '../frame-source.js';
import { cameraKind, frameRate, frameSide } from './kind.js';
import { allowedDevice } from './message-rules.js';

/** The formats that the addon reads, best first. */
const formats = ['MJPG', 'YUYV', 'NV12', 'RGB24', 'GREY'] as const;

/** What the kernel calls them (four-character codes). */
export const readableFourCcs = ['MJPG', 'JPEG', 'YUYV', 'NV12', 'RGB3', 'GREY'];

export const v4l2 = cameraKind({
  name: 'v4l2',
  doc: 'Camera of the Linux kernel (USB, CSI, capture card).',
  frames: 'JPEG (MJPG), RGB (YUYV, NV12, RGB24) or grey (GREY)',
  keys: {
    device: key(path, { default: '/dev/video0', applies: 'camera', remote: allowedDevice, doc: 'Device file.' }),
    width: key(frameSide, {
      default: 640,
      applies: 'camera',
      doc: 'Wanted frame width in pixels; the driver may choose a near one.',
    }),
    height: key(frameSide, { default: 480, applies: 'camera', doc: 'Wanted frame height in pixels.' }),
    format: key(z.enum(['auto', ...formats]), {
      default: 'auto',
      applies: 'camera',
      doc: 'Pixel format; auto takes the first of the list that the camera offers.',
    }),
    framesPerSecond: key(frameRate, { default: 30, applies: 'camera', doc: 'Wanted frame rate.' }),
  },
  driver: (settings, { stallMs, native }) => v4l2Driver({ ...settings, stallMs }, native()),
  remedy: 'zynqnetd doctor --only cameras',
  videoDevice: 'device',
});

export interface V4l2Options {
  readonly device: string;
  /** Wanted size and rate; the camera's driver may choose others that are near. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** One format, or `auto`: the first of `formats` that the camera offers. */
  readonly format: 'auto' | (typeof formats)[number];
  readonly stallMs: number;
}

/** All waiting happens on a thread of the addon, never on the main thread. */
export function v4l2Driver(options: V4l2Options, native: NativeV4l2): CameraDriver {
  return {
    kind: 'v4l2',
    openLimitMs: Math.max(10_000, options.stallMs),
    stallLimitMs: options.stallMs + 1000 / options.framesPerSecond,
    run: (session) => run(options, native, session),
  };
}

function run(options: V4l2Options, native: NativeV4l2, session: Session): Promise<void> {
  const { device, width, height, framesPerSecond } = options;
  const wanted = options.format === 'auto' ? formats : [options.format];
  // what the kernel's monotonic clock reads when performance.now() reads 0
  const clockOffsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return new Promise((resolve, reject) => {
    const capture = native.openV4l2({ device, width, height, framesPerSecond, formats: wanted }, (event) => {
      if (event.type === 'closed') {
        session.signal.removeEventListener('abort', stop);
        if (event.code === undefined) resolve();
        else reject(new ZynqnetError(event.code, `${device}: ${event.message}`));
      } else {
        take(event, session, clockOffsetMs);
      }
    });
    const stop = (): void => capture.stop();
    session.signal.addEventListener('abort', stop, { once: true });
    if (session.signal.aborted) stop();
  });
}

function take(event: Exclude<NativeV4l2Event, { type: 'closed' }>, session: Session, clockOffsetMs: number): void {
  switch (event.type) {
    case 'opened':
      session.describe(
        `${event.format} ${event.width}x${event.height} at ${event.framesPerSecond} frames/s, ${event.card} (${event.driver}, ${event.bus})`,
      );
      break;
    case 'lost':
      session.lose(event.frames);
      break;
    case 'warning':
      session.warn(event.message);
      break;
    case 'frame':
      session.lose(event.lost);
      session.emit({
        data: event.data,
        format: event.format,
        width: event.width,
        height: event.height,
        sequence: event.sequence,
        capturedMs: Math.min(performance.now(), event.timestampMs - clockOffsetMs),
      });
      break;
  }
}
