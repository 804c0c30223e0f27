import type { ZynqnetError } from '../../util/error.js';
import type { CameraState } from '../frame-source.js';

/** One run of the driver. It holds the device until `done` resolves, also after it was told to end. */
export interface DriverRun {
  readonly abort: AbortController;
  readonly startedMs: number;
  /** Never rejects. */
  readonly done: Promise<void>;
}

/** The states of a supervised camera, each with the data that it alone has. `error` is why there are no frames. */
export type SupervisionState =
  | { readonly name: 'stopped'; readonly ended: boolean; readonly error: ZynqnetError | undefined }
  /** Stopped, but the driver still holds the device. */
  | { readonly name: 'closing'; readonly run: DriverRun; readonly error: ZynqnetError | undefined }
  /** Started again while the driver still holds the device. */
  | { readonly name: 'blocked'; readonly run: DriverRun; readonly error: ZynqnetError }
  /** `timer`: the longest wait for the first frame. */
  | {
      readonly name: 'opening';
      readonly run: DriverRun;
      readonly timer: Timer;
      readonly error: ZynqnetError | undefined;
    }
  /** `timer`: the longest wait for the next frame. */
  | { readonly name: 'streaming'; readonly run: DriverRun; readonly timer: Timer }
  /** Too late; waits for the driver to let go of the device. `streamed`: there were frames before. */
  | { readonly name: 'stalled'; readonly run: DriverRun; readonly error: ZynqnetError; readonly streamed: boolean }
  /** `timer`: the wait before the next attempt. */
  | { readonly name: 'retrying'; readonly timer: Timer; readonly error: ZynqnetError };

type Timer = NodeJS.Timeout;

export type StateName = SupervisionState['name'];

export type SupervisionEvent =
  | { readonly name: 'start' }
  | { readonly name: 'stop' }
  | { readonly name: 'frame' }
  /** The state's time limit has passed. */
  | { readonly name: 'late' }
  /** The wait before the next attempt is over. */
  | { readonly name: 'retry' }
  /** The driver has let go of the device: because of an error, or at the end of the source or of the session. */
  | { readonly name: 'failed'; readonly error: ZynqnetError }
  | { readonly name: 'finished' };

type EventName = SupervisionEvent['name'];

/** What follows from what; an event that a state does not list changes nothing. */
export type Transitions = {
  readonly [S in StateName]: {
    readonly [E in EventName]?: (
      state: Extract<SupervisionState, { name: S }>,
      event: Extract<SupervisionEvent, { name: E }>,
    ) => SupervisionState;
  };
};

/** What each state is called in `health`. */
export const publicState: Readonly<Record<StateName, CameraState>> = {
  stopped: 'stopped',
  closing: 'stopped',
  blocked: 'opening',
  opening: 'opening',
  streaming: 'streaming',
  stalled: 'stalled',
  retrying: 'retrying',
};
