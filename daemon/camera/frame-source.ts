/** The one interface of every camera, and what a new kind of camera has to implement. */
import type { ZynqnetError } from '../util/error.js';
import type { Frame, FrameFormat, FrameTruth } from './frame.js';

/**
 * `opening`: asked for its first frame. `streaming`: frames come. `stalled`: none came for too long, the session is being
 * closed. `retrying`: waits before it is opened again. `stopped`: not started, stopped, or at its natural end.
 */
export type CameraState = 'stopped' | 'opening' | 'streaming' | 'stalled' | 'retrying';

export interface CameraStatus {
  readonly state: CameraState;
  /** Frames delivered since the start. */
  readonly frames: number;
  /** Frames that the camera or its driver lost or replaced by newer ones before they could be delivered. */
  readonly lost: number;
  /** Successful openings after the first. */
  readonly reconnects: number;
  /** Attempts to open or read that failed. */
  readonly failures: number;
  /** What was skipped: files that are not images, malformed parts of a stream. */
  readonly warnings: number;
  readonly lastWarning?: string;
  /** Why the last session ended; stays until frames come again. */
  readonly error?: ZynqnetError;
  /** True once a source that has an end (files without loop) has reached it. */
  readonly ended: boolean;
  /** What the camera says about itself, e.g. `MJPG 640x480 at 30 frames/s, USB Camera`. */
  readonly description?: string;
}

export interface FrameEvents {
  /** A new frame. Whoever is slower than the camera keeps only the latest (inference/pipeline.ts); nothing queues here. */
  frame(frame: Frame): void;
  /** After each change of state. */
  state?(status: CameraStatus): void;
}

/** A camera. It never throws at its user: what goes wrong is in its status, and it is opened again by itself. */
export interface FrameSource {
  /** As in `camera.source`. */
  readonly kind: string;
  status(): CameraStatus;
  /** Begins to open the camera and returns at once. May be called again after stop. */
  start(events: FrameEvents): void;
  /** No frame comes after this returns; the promise resolves when the device is closed, or after a time limit. */
  stop(): Promise<void>;
}

/** A picture as a driver hands it over; times default to now, the sequence to one more than the last. */
export interface Picture {
  readonly data: Uint8Array;
  readonly format: FrameFormat;
  readonly width: number;
  readonly height: number;
  readonly sequence?: number;
  /** On the clock of `performance.now()`. */
  readonly capturedMs?: number;
  readonly origin?: string;
  readonly truth?: FrameTruth;
}

/** One opening of a camera, as its driver sees it. */
export interface Session {
  /** Aborted when the session must end: stop, stall, or time limit. */
  readonly signal: AbortSignal;
  emit(picture: Picture): void;
  /** Frames that were captured but cannot be delivered. */
  lose(count: number): void;
  warn(message: string): void;
  describe(text: string): void;
}

/** A kind of camera: everything but retries, time limits and counting, which supervision/supervised-camera.ts does for all. */
export interface CameraDriver {
  readonly kind: string;
  /** Longest wait for the first frame, and for each next one, in milliseconds. */
  readonly openLimitMs: number;
  readonly stallLimitMs: number;
  /**
   * Opens the camera and emits frames until `signal` is aborted (it may then resolve or reject), the
   * source ends (resolves), or something fails (rejects, best with a ZynqnetError).
   */
  run(session: Session): Promise<void>;
}
