/**
 * The engine's states. Frames run in `serving`, `retrying`, `afterReset`, `afterReload`, `standingIn` and `probing`; in the
 * others they are refused, since there is nothing that could run them.
 */
export const engineStates = [
  /** All is well. */
  'serving',
  /** A frame failed and is run once more. */
  'retrying',
  /** The hardware is being put back into a known state. */
  'resetting',
  /** Frames run again; it counts as mended once that has lasted. */
  'afterReset',
  /** The FPGA is being configured anew, and the engine opened anew. */
  'reloading',
  'afterReload',
  /** The CPU engine is being opened in its place. */
  'replacing',
  /** The CPU engine runs the frames. */
  'standingIn',
  /** It still does, while the first engine is tried again. */
  'probing',
  /** Nothing helped: the supervisor's turn. */
  'failed',
  'closed',
] as const;

export type EngineState = (typeof engineStates)[number];

/**
 * `frameFailed`: a run rejected. `frameHung`: it did not end in time. `done` / `notDone`: the step under way helped, or not.
 * `steady`: frames have run for long enough. `due`: the first engine should be tried again.
 */
export type EngineEvent = 'frameFailed' | 'frameHung' | 'done' | 'notDone' | 'steady' | 'due' | 'close';

const transitions: Record<EngineState, Partial<Record<EngineEvent, EngineState>>> = {
  serving: { frameFailed: 'retrying', frameHung: 'resetting', close: 'closed' },
  retrying: { done: 'serving', frameFailed: 'resetting', frameHung: 'resetting', close: 'closed' },
  resetting: { done: 'afterReset', notDone: 'reloading', close: 'closed' },
  afterReset: { steady: 'serving', frameFailed: 'reloading', frameHung: 'reloading', close: 'closed' },
  reloading: { done: 'afterReload', notDone: 'replacing', close: 'closed' },
  afterReload: { steady: 'serving', frameFailed: 'replacing', frameHung: 'replacing', close: 'closed' },
  replacing: { done: 'standingIn', notDone: 'failed', close: 'closed' },
  standingIn: { due: 'probing', frameFailed: 'failed', frameHung: 'failed', close: 'closed' },
  probing: { done: 'afterReload', notDone: 'standingIn', frameFailed: 'failed', frameHung: 'failed', close: 'closed' },
  failed: { close: 'closed' },
  closed: {},
};

/** The state that follows; undefined where an event changes nothing. */
export function nextState(state: EngineState, event: EngineEvent): EngineState | undefined {
  return transitions[state][event];
}

const running: ReadonlySet<EngineState> = new Set([
  'serving',
  'retrying',
  'afterReset',
  'afterReload',
  'standingIn',
  'probing',
]);

/** Whether frames run in this state. */
export function runsFrames(state: EngineState): boolean {
  return running.has(state);
}
