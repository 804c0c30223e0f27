import { ZynqnetError } from '../../util/error.js';
import type { Frame } from '../frame.js';
import type { CameraDriver, CameraState, CameraStatus, FrameEvents, FrameSource, Picture, Session } from '../source.js';
import { RetryDelay } from './retry.js';

export interface SupervisionLimits {
  readonly firstRetryMs: number;
  readonly mostRetryMs: number;
  /** How long stop() waits for a driver to close its device. */
  readonly closeLimitMs: number;
  /** A session that streamed for this long counts as good: the next retry comes soon again. */
  readonly goodSessionMs: number;
}

const standardLimits: SupervisionLimits = {
  firstRetryMs: 500,
  mostRetryMs: 30_000,
  closeLimitMs: 2000,
  goodSessionMs: 10_000,
};

/** Which state may follow which; anything else is a defect of this file. */
const follows: Readonly<Record<CameraState, readonly CameraState[]>> = {
  stopped: ['opening'],
  opening: ['streaming', 'stalled', 'retrying', 'stopped'],
  streaming: ['stalled', 'retrying', 'stopped'],
  stalled: ['retrying', 'stopped'],
  retrying: ['opening', 'stopped'],
};

/** Turns a driver into a FrameSource: states, time limits, back-off, counts. */
export class SupervisedSource implements FrameSource {
  readonly kind: string;
  readonly #driver: CameraDriver;
  readonly #limits: SupervisionLimits;
  readonly #retry: RetryDelay;
  #state: CameraState = 'stopped';
  #events: FrameEvents | undefined;
  #counts = { frames: 0, lost: 0, reconnects: 0, failures: 0, warnings: 0 };
  #opened = 0;
  #sequence = -1;
  #ended = false;
  #busy = false;
  #error: ZynqnetError | undefined;
  #lastWarning: string | undefined;
  #description: string | undefined;
  #stopping: AbortController | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(driver: CameraDriver, limits: Partial<SupervisionLimits> = {}) {
    this.kind = driver.kind;
    this.#driver = driver;
    this.#limits = { ...standardLimits, ...limits };
    this.#retry = new RetryDelay(this.#limits.firstRetryMs, this.#limits.mostRetryMs);
  }

  status(): CameraStatus {
    return {
      state: this.#state,
      ...this.#counts,
      ended: this.#ended,
      ...(this.#error && { error: this.#error }),
      ...(this.#lastWarning !== undefined && { lastWarning: this.#lastWarning }),
      ...(this.#description !== undefined && { description: this.#description }),
    };
  }

  start(events: FrameEvents): void {
    if (this.#state !== 'stopped') return;
    this.#events = events;
    this.#counts = { frames: 0, lost: 0, reconnects: 0, failures: 0, warnings: 0 };
    this.#opened = 0;
    this.#sequence = -1;
    this.#ended = false;
    this.#error = undefined;
    this.#lastWarning = undefined;
    const stopping = new AbortController();
    this.#stopping = stopping;
    const before = this.#loop;
    this.#enter('opening');
    // an earlier session that its driver could not end yet still holds the device
    if (this.#busy)
      this.#error = new ZynqnetError('CAMERA_STALLED', `the ${this.kind} camera still hangs in its last session`);
    this.#loop = before.then(() => this.#run(stopping.signal));
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#stopping?.abort();
    this.#enter('stopped');
    this.#events = undefined;
    await settledWithin(this.#loop, this.#limits.closeLimitMs);
  }

  async #run(stop: AbortSignal): Promise<void> {
    this.#busy = true;
    try {
      await this.#sessions(stop);
    } finally {
      this.#busy = false;
    }
  }

  async #sessions(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const startedMs = performance.now();
      const outcome = await this.#session(stop);
      if (stop.aborted) return;
      if (outcome === 'ended') {
        this.#ended = true;
        this.#enter('stopped');
        return;
      }
      this.#counts.failures += 1;
      this.#error = outcome.error;
      if (outcome.streamed && performance.now() - startedMs >= this.#limits.goodSessionMs) this.#retry.reset();
      this.#enter('retrying');
      await sleep(this.#retry.nextMs(), stop);
      if (!stop.aborted) this.#enter('opening');
    }
  }

  /** One opening, from the first attempt to the moment when the driver has let go of the device. */
  async #session(stop: AbortSignal): Promise<'ended' | { error: ZynqnetError; streamed: boolean }> {
    const abort = new AbortController();
    const end = (): void => abort.abort();
    stop.addEventListener('abort', end, { once: true });
    let streamed = false;
    let overdue: ZynqnetError | undefined;
    let timer: NodeJS.Timeout | undefined;
    const watch = (): void => {
      clearTimeout(timer);
      const limitMs = streamed ? this.#driver.stallLimitMs : this.#driver.openLimitMs;
      timer = setTimeout(() => {
        overdue = late(this.kind, streamed, limitMs);
        this.#error = overdue;
        this.#enter('stalled');
        abort.abort();
      }, limitMs);
    };
    const session: Session = {
      signal: abort.signal,
      emit: (picture) => {
        if (abort.signal.aborted) return;
        if (!streamed) {
          streamed = true;
          this.#firstFrame();
        }
        watch();
        this.#deliver(picture);
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
    watch();
    try {
      await this.#driver.run(session);
      if (!overdue) return 'ended';
    } catch (error) {
      overdue ??= asZynqnetError(error, this.kind);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      abort.abort(); // a driver that failed must not emit any more
    }
    return { error: overdue, streamed };
  }

  #firstFrame(): void {
    if (this.#opened > 0) this.#counts.reconnects += 1;
    this.#opened += 1;
    this.#error = undefined;
    this.#enter('streaming');
  }

  #deliver({ capturedMs = performance.now(), sequence, ...picture }: Picture): void {
    this.#sequence = sequence ?? this.#sequence + 1;
    this.#counts.frames += 1;
    const capturedAtUtcMs = Date.now() - (performance.now() - capturedMs);
    const frame: Frame = { ...picture, sequence: this.#sequence, capturedMs, capturedAtUtcMs };
    this.#events?.frame(frame);
  }

  #enter(state: CameraState): void {
    if (!follows[this.#state].includes(state)) throw new Error(`camera state ${state} cannot follow ${this.#state}`);
    this.#state = state;
    this.#events?.state?.(this.status());
  }
}

function late(kind: string, streamed: boolean, limitMs: number): ZynqnetError {
  const seconds = limitMs / 1000;
  return streamed
    ? new ZynqnetError('CAMERA_STALLED', `the ${kind} camera has sent no frame for ${seconds} s; it is opened anew`)
    : new ZynqnetError(
        'CAMERA_TIMEOUT',
        `the ${kind} camera sent no frame within ${seconds} s of opening; it is tried again`,
      );
}

function asZynqnetError(error: unknown, kind: string): ZynqnetError {
  if (error instanceof ZynqnetError) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new ZynqnetError('CAMERA_LOST', `the ${kind} camera failed: ${said}`, { cause: error });
}

/** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

async function settledWithin(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
