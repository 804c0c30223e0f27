import type { NativeV4l2, NativeV4l2Event } from '../../native/v4l2.js';
import { ZynqnetError } from '../../util/error.js';
import type { CameraDriver, Session } from '../source.js';

export interface V4l2Options {
  readonly device: string;
  /** Wanted size and rate; the driver of the camera may choose near ones. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** One format, or `auto`: the first of MJPG, YUYV, NV12, RGB24, GREY that the camera offers. */
  readonly format: 'auto' | 'MJPG' | 'YUYV' | 'NV12' | 'RGB24' | 'GREY';
  readonly stallMs: number;
}

const preference = ['MJPG', 'YUYV', 'NV12', 'RGB24', 'GREY'] as const;

/** A camera of the Linux kernel. All waiting happens on a thread of the addon, never on the main thread. */
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
  const formats = options.format === 'auto' ? preference : [options.format];
  // what the kernel's monotonic clock reads when performance.now() reads 0
  const clockOffsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return new Promise((resolve, reject) => {
    const capture = native.openV4l2({ device, width, height, framesPerSecond, formats }, (event) => {
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
