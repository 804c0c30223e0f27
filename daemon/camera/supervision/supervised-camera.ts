import { Backoff } from '../../util/backoff.js';
import { messageOf, ZynqnetError } from '../../util/error.js';
import { endsWithin } from '../../util/time-limit.js';
import type { Frame } from '../frame.js';
import type { CameraDriver, CameraStatus, FrameEvents, FrameSource, Picture, Session } from '../frame-source.js';
import {
  type DriverRun,
  publicState,
  type SupervisionEvent,
  type SupervisionState,
  type Transitions,
} from './camera-states.js';

export interface SupervisionLimits {
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
  /** How long stop() waits for a driver to close its device. */
  readonly closeLimitMs: number;
  /** A session that streamed for this long counts as good: the next wait is short again. */
  readonly goodSessionMs: number;
}

const defaultLimits: SupervisionLimits = {
  minRetryMs: 500,
  maxRetryMs: 30_000,
  closeLimitMs: 2000,
  goodSessionMs: 10_000,
};

const noCounts = { frames: 0, lost: 0, openings: 0, failures: 0, warnings: 0 };

/** Turns a driver into a FrameSource: a state machine (camera-states.ts) with time limits, back-off and counts. */
export class SupervisedCamera implements FrameSource {
  readonly kind: string;
  readonly #driver: CameraDriver;
  readonly #limits: SupervisionLimits;
  readonly #backoff: Backoff;
  #state: SupervisionState = { name: 'stopped', ended: false, error: undefined };
  #events: FrameEvents | undefined;
  #counts = { ...noCounts };
  #sequence = -1;
  #lastWarning: string | undefined;
  #description: string | undefined;

  constructor(driver: CameraDriver, limits: Partial<SupervisionLimits> = {}) {
    this.kind = driver.kind;
    this.#driver = driver;
    this.#limits = { ...defaultLimits, ...limits };
    this.#backoff = new Backoff(this.#limits.minRetryMs, this.#limits.maxRetryMs, 'equal');
  }

  readonly #transitions: Transitions = {
    stopped: {
      start: () => this.#opening(undefined),
    },
    closing: {
      start: ({ run }) => ({ name: 'blocked', run, error: stillHangs(this.kind) }),
      failed: ({ error }) => stopped(error),
      finished: ({ error }) => stopped(error),
    },
    blocked: {
      failed: ({ error }) => this.#opening(error),
      finished: ({ error }) => this.#opening(error),
      stop: ({ run, error }) => closing(run, error),
    },
    opening: {
      frame: ({ run }) => this.#firstFrame(run),
      late: ({ run }) => stalled(run, tooLateToOpen(this.kind, this.#driver.openLimitMs), false),
      failed: (_, { error }) => this.#retrying(error),
      finished: ({ error }) => ended(error),
      stop: ({ run, error }) => closing(run, error),
    },
    streaming: {
      frame: ({ run }) => this.#streaming(run),
      late: ({ run }) => stalled(run, tooLateToGoOn(this.kind, this.#driver.stallLimitMs), true),
      failed: ({ run }, { error }) => this.#retrying(error, run),
      finished: () => ended(undefined),
      stop: ({ run }) => closing(run, undefined),
    },
    stalled: {
      failed: ({ run, error, streamed }) => this.#retrying(error, streamed ? run : undefined),
      finished: ({ run, error, streamed }) => this.#retrying(error, streamed ? run : undefined),
      stop: ({ run, error }) => closing(run, error),
    },
    retrying: {
      retry: ({ error }) => this.#opening(error),
      stop: ({ error }) => stopped(error),
    },
  };

  status(): CameraStatus {
    const { openings, ...counts } = this.#counts;
    const state = this.#state;
    return {
      state: publicState[state.name],
      ...counts,
      reconnects: Math.max(0, openings - 1),
      ended: state.name === 'stopped' && state.ended,
      ...('error' in state && state.error && { error: state.error }),
      ...(this.#lastWarning !== undefined && { lastWarning: this.#lastWarning }),
      ...(this.#description !== undefined && { description: this.#description }),
    };
  }

  start(events: FrameEvents): void {
    if (publicState[this.#state.name] !== 'stopped') return;
    this.#events = events;
    this.#counts = { ...noCounts };
    this.#sequence = -1;
    this.#lastWarning = undefined;
    this.#dispatch({ name: 'start' });
  }

  async stop(): Promise<void> {
    if (!this.#dispatch({ name: 'stop' })) return;
    this.#events = undefined;
    if (this.#state.name === 'closing') await endsWithin(this.#state.run.done, this.#limits.closeLimitMs);
  }

  /** Whether the event meant anything in this state. */
  #dispatch(event: SupervisionEvent): boolean {
    const before = this.#state;
    // the compiler cannot see that the entry belongs to this state and this event
    const next = this.#transitions[before.name][event.name] as
      | ((state: SupervisionState, event: SupervisionEvent) => SupervisionState)
      | undefined;
    if (next === undefined) return false;
    if ('timer' in before) clearTimeout(before.timer);
    this.#state = next(before, event);
    if (publicState[this.#state.name] !== publicState[before.name]) this.#events?.state?.(this.status());
    return true;
  }

  #opening(error: ZynqnetError | undefined): SupervisionState {
    return { name: 'opening', run: this.#run(), timer: this.#after(this.#driver.openLimitMs, 'late'), error };
  }

  #firstFrame(run: DriverRun): SupervisionState {
    this.#counts.openings += 1;
    return this.#streaming(run);
  }

  #streaming(run: DriverRun): SupervisionState {
    return { name: 'streaming', run, timer: this.#after(this.#driver.stallLimitMs, 'late') };
  }

  /** `streamed` is the run that just ended, if it delivered frames. */
  #retrying(error: ZynqnetError, streamed?: DriverRun): SupervisionState {
    this.#counts.failures += 1;
    if (streamed && performance.now() - streamed.startedMs >= this.#limits.goodSessionMs) this.#backoff.reset();
    return { name: 'retrying', timer: this.#after(Math.ceil(this.#backoff.nextMs()), 'retry'), error };
  }

  #after(ms: number, name: 'late' | 'retry'): NodeJS.Timeout {
    return setTimeout(() => this.#dispatch({ name }), ms);
  }

  #run(): DriverRun {
    const abort = new AbortController();
    return { abort, startedMs: performance.now(), done: this.#drive(abort) };
  }

  /** Resolves when the driver has let go of the device. */
  async #drive(abort: AbortController): Promise<void> {
    let outcome: SupervisionEvent = { name: 'finished' };
    try {
      await Promise.resolve(); // the state is entered first
      if (!abort.signal.aborted) await this.#driver.run(this.#session(abort.signal));
    } catch (error) {
      outcome = { name: 'failed', error: asZynqnetError(error, this.kind) };
    }
    abort.abort(); // a driver that failed must not emit any more
    this.#dispatch(outcome);
  }

  #session(signal: AbortSignal): Session {
    return {
      signal,
      emit: (picture) => {
        if (!signal.aborted && this.#dispatch({ name: 'frame' })) this.#deliver(picture);
      },
      lose: (count) => {
        this.#counts.lost += count;
      },
      warn: (message) => {
        this.#counts.warnings += 1;
        this.#lastWarning = message;
      },
      describe: (text) => {
        this.#description = text;
      },
    };
  }

  #deliver({ capturedMs = performance.now(), sequence, ...picture }: Picture): void {
    this.#sequence = sequence ?? this.#sequence + 1;
    this.#counts.frames += 1;
    const capturedAtUtcMs = Date.now() - (performance.now() - capturedMs);
    const frame: Frame = { ...picture, sequence: this.#sequence, capturedMs, capturedAtUtcMs };
    this.#events?.frame(frame);
  }
}

const stopped = (error: ZynqnetError | undefined): SupervisionState => ({ name: 'stopped', ended: false, error });
const ended = (error: ZynqnetError | undefined): SupervisionState => ({ name: 'stopped', ended: true, error });

function closing(run: DriverRun, error: ZynqnetError | undefined): SupervisionState {
  run.abort.abort();
  return { name: 'closing', run, error };
}

function stalled(run: DriverRun, error: ZynqnetError, streamed: boolean): SupervisionState {
  run.abort.abort();
  return { name: 'stalled', run, error, streamed };
}

const stillHangs = (kind: string): ZynqnetError =>
  new ZynqnetError('CAMERA_STALLED', `the ${kind} camera still hangs in its last session`);

const tooLateToOpen = (kind: string, limitMs: number): ZynqnetError =>
  new ZynqnetError(
    'CAMERA_TIMEOUT',
    `the ${kind} camera sent no frame within ${limitMs / 1000} s of opening; it is tried again`,
  );

const tooLateToGoOn = (kind: string, limitMs: number): ZynqnetError =>
  new ZynqnetError(
    'CAMERA_STALLED',
    `the ${kind} camera has sent no frame for ${limitMs / 1000} s; it is opened again`,
  );

function asZynqnetError(error: unknown, kind: string): ZynqnetError {
  if (error instanceof ZynqnetError) return error;
  return new ZynqnetError('CAMERA_LOST', `the ${kind} camera failed: ${messageOf(error)}`, { cause: error });
}
