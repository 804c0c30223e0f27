import type { Engine } from './engine.js';

/** Where a supervised engine stands, with everything that belongs to it there. */
export type EngineState = Serving | Recovering | OnTrial | Closed;
export type EngineStateName = EngineState['is'];

interface Common {
  /** Runs the frames, or was the last one that did. */
  readonly engine: Engine;
  /** Recoveries that have ended. A frame that was begun before the latest end says nothing about what came of it. */
  readonly recoveries: number;
}

/** All is well. */
interface Serving extends Common {
  readonly is: 'serving';
  /** What failed last, however long ago. */
  readonly lastError: string | null;
}

/** Something failed, and nothing has made it good yet. */
interface Recovering extends Common {
  readonly is:
    | 'retrying' // a frame failed and is run once more
    | 'resetting' // the hardware is being put back into a known state
    | 'reloading' // the FPGA is being configured again, and the engine opened again
    | 'replacing' // the CPU engine is being opened in its place
    | 'probing' // the CPU engine runs the frames, while the wanted engine is tried again
    | 'failed'; // nothing helped: the supervisor's turn
  readonly lastError: string;
}

/** Frames run again. */
interface OnTrial extends Common {
  readonly is:
    | 'afterReset' // counts as recovered once that has lasted
    | 'afterReload' // likewise
    | 'fallback'; // the CPU engine runs the frames; the wanted one is tried again from time to time
  readonly lastError: string;
  /** Monotonic. */
  readonly sinceMs: number;
}

interface Closed extends Common {
  readonly is: 'closed';
  readonly lastError: string | null;
}

interface Failure {
  readonly error: string;
}

interface Moment {
  /** Monotonic. */
  readonly atMs: number;
}

/** What moves the state on. A step is a reset, a reload, a replacement or a probe. */
export type EngineEvent =
  /** A run rejected. */
  | ({ readonly type: 'frameFailed' } & Failure)
  /** A run did not end in time. */
  | ({ readonly type: 'frameHung' } & Failure)
  /** The frame that had failed was answered when it ran once more. */
  | { readonly type: 'retried' }
  /** The step under way helped: this engine runs the frames from now on. */
  | ({ readonly type: 'stepDone'; readonly engine: Engine } & Moment)
  | ({ readonly type: 'stepFailed' } & Failure & Moment)
  /** Frames have run for long enough. */
  | { readonly type: 'steady' }
  /** The wanted engine should be tried again. */
  | { readonly type: 'probe' }
  | { readonly type: 'close' };

type Transitions = {
  readonly [S in EngineStateName]: {
    readonly [E in EngineEvent['type']]?: (
      state: EngineState & { is: S },
      event: EngineEvent & { type: E },
    ) => EngineState;
  };
};

const serves = ({ engine, recoveries, lastError }: EngineState): Serving => {
  return { is: 'serving', engine, recoveries, lastError };
};
const close = ({ engine, recoveries, lastError }: EngineState): Closed => {
  return { is: 'closed', engine, recoveries, lastError };
};
const fails =
  (is: Recovering['is']) =>
  ({ engine, recoveries }: Common, { error }: Failure): Recovering => ({ is, engine, recoveries, lastError: error });
const runs =
  (is: OnTrial['is']) =>
  ({ recoveries, lastError }: Recovering, { engine, atMs }: Moment & { engine: Engine }): OnTrial => {
    return { is, engine, recoveries: recoveries + 1, lastError, sinceMs: atMs };
  };
const probes = ({ engine, recoveries, lastError }: OnTrial): Recovering => {
  return { is: 'probing', engine, recoveries, lastError };
};
const staysOnFallback = ({ engine, recoveries }: Recovering, { error, atMs }: Failure & Moment): OnTrial => {
  return { is: 'fallback', engine, recoveries: recoveries + 1, lastError: error, sinceMs: atMs };
};

/** What follows from what; an event that a state does not list changes nothing. */
const transitions: Transitions = {
  serving: { frameFailed: fails('retrying'), frameHung: fails('resetting'), close },
  retrying: { retried: serves, frameFailed: fails('resetting'), frameHung: fails('resetting'), close },
  resetting: { stepDone: runs('afterReset'), stepFailed: fails('reloading'), close },
  afterReset: { steady: serves, frameFailed: fails('reloading'), frameHung: fails('reloading'), close },
  reloading: { stepDone: runs('afterReload'), stepFailed: fails('replacing'), close },
  afterReload: { steady: serves, frameFailed: fails('replacing'), frameHung: fails('replacing'), close },
  replacing: { stepDone: runs('fallback'), stepFailed: fails('failed'), close },
  fallback: { probe: probes, frameFailed: fails('failed'), frameHung: fails('failed'), close },
  probing: {
    stepDone: runs('afterReload'),
    stepFailed: staysOnFallback,
    frameFailed: fails('failed'),
    frameHung: fails('failed'),
    close,
  },
  failed: { close },
  closed: {},
};

/** A wanted engine that has just been opened. */
export function serving(engine: Engine): EngineState {
  return { is: 'serving', engine, recoveries: 0, lastError: null };
}

/** The fallback from the start: the wanted engine could not be opened. */
export function fallback(engine: Engine, error: string, atMs: number): EngineState {
  return { is: 'fallback', engine, recoveries: 0, lastError: error, sinceMs: atMs };
}

/** The state that follows; undefined where an event changes nothing. */
export function nextState(state: EngineState, event: EngineEvent): EngineState | undefined {
  // The table is typed by state and event; TypeScript cannot follow the lookup by both.
  const step = transitions[state.is][event.type] as ((from: EngineState, by: EngineEvent) => EngineState) | undefined;
  return step?.(state, event);
}

/** Whether frames run in this state; in the others they are refused, since there is nothing that could run them. */
export function runsFrames(state: EngineStateName): boolean {
  switch (state) {
    case 'serving':
    case 'retrying':
    case 'afterReset':
    case 'afterReload':
    case 'fallback':
    case 'probing':
      return true;
    case 'resetting':
    case 'reloading':
    case 'replacing':
    case 'failed':
    case 'closed':
      return false;
  }
}
