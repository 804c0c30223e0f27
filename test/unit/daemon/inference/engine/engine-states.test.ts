import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../../../daemon/inference/engine/engine.js';
import {
  type EngineEvent,
  type EngineState,
  type EngineStateName,
  nextState,
  runsFrames,
} from '../../../../../daemon/inference/engine/engine-states.js';

const engine = (name: string): Engine => ({ name, run: async () => new Int32Array(), close: () => {} });
const [first, second] = [engine('first'), engine('second')];

const events: { readonly [E in EngineEvent['type']]: EngineEvent & { type: E } } = {
  frameFailed: { type: 'frameFailed', error: 'new' },
  frameHung: { type: 'frameHung', error: 'new' },
  retried: { type: 'retried' },
  stepDone: { type: 'stepDone', engine: second, atMs: 5 },
  stepFailed: { type: 'stepFailed', error: 'new', atMs: 5 },
  steady: { type: 'steady' },
  probe: { type: 'probe' },
  close: { type: 'close' },
};
const eventTypes = Object.keys(events) as EngineEvent['type'][];

/** Every state, and what each event makes of it; an event that is not listed must change nothing. */
const expected: Record<EngineStateName, Partial<Record<EngineEvent['type'], EngineStateName>>> = {
  serving: { frameFailed: 'retrying', frameHung: 'resetting', close: 'closed' },
  retrying: { retried: 'serving', frameFailed: 'resetting', frameHung: 'resetting', close: 'closed' },
  resetting: { stepDone: 'afterReset', stepFailed: 'reloading', close: 'closed' },
  afterReset: { steady: 'serving', frameFailed: 'reloading', frameHung: 'reloading', close: 'closed' },
  reloading: { stepDone: 'afterReload', stepFailed: 'replacing', close: 'closed' },
  afterReload: { steady: 'serving', frameFailed: 'replacing', frameHung: 'replacing', close: 'closed' },
  replacing: { stepDone: 'fallback', stepFailed: 'failed', close: 'closed' },
  fallback: { probe: 'probing', frameFailed: 'failed', frameHung: 'failed', close: 'closed' },
  probing: {
    stepDone: 'afterReload',
    stepFailed: 'fallback',
    frameFailed: 'failed',
    frameHung: 'failed',
    close: 'closed',
  },
  failed: { close: 'closed' },
  closed: {},
};
const stateNames = Object.keys(expected) as EngineStateName[];

function stateNamed(is: EngineStateName): EngineState {
  const common = { engine: first, recoveries: 3, lastError: 'old' };
  if (is === 'serving' || is === 'closed') return { is, ...common };
  if (is === 'afterReset' || is === 'afterReload' || is === 'fallback') return { is, ...common, sinceMs: 1 };
  return { is, ...common };
}

const nextName = (state: EngineStateName, event: EngineEvent['type']) =>
  nextState(stateNamed(state), events[event])?.is;

describe('the table of states and events', () => {
  for (const name of stateNames) {
    it.each(eventTypes)(`${name} and %s`, (type) => {
      const event = events[type];
      const next = nextState(stateNamed(name), event);
      expect(next?.is).toBe(expected[name][type]);
      if (next === undefined) return;
      // What goes along: the new engine, the latest error, the end of a step and its time.
      expect(next.engine).toBe(type === 'stepDone' ? second : first);
      expect(next.lastError).toBe('error' in event ? 'new' : 'old');
      const stepEnded = next.is === 'afterReset' || next.is === 'afterReload' || next.is === 'fallback';
      expect(next.recoveries).toBe(stepEnded ? 4 : 3);
      if ('sinceMs' in next) expect(next.sinceMs).toBe(5);
      expect('sinceMs' in next).toBe(stepEnded);
    });
  }
});

describe("the engine's states", () => {
  it('can all be reached, and each but `closed` can be closed', () => {
    const reached = new Set<EngineStateName>(['serving']);
    for (const state of reached) {
      for (const event of eventTypes) {
        const next = nextName(state, event);
        if (next !== undefined) reached.add(next);
      }
      if (state !== 'closed') expect(nextName(state, 'close')).toBe('closed');
    }
    expect([...reached].sort()).toEqual([...stateNames].sort());
  });

  it('never go back to an earlier step before frames have run steadily', () => {
    const severity: Partial<Record<EngineStateName, number>> = {
      serving: 0,
      retrying: 1,
      resetting: 2,
      afterReset: 3,
      reloading: 4,
      afterReload: 5,
      replacing: 6,
      fallback: 7,
      failed: 8,
    };
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...eventTypes.filter((one) => !['steady', 'probe', 'close'].includes(one)))),
        (run) => {
          let state: EngineStateName = 'resetting';
          for (const event of run) {
            const next: EngineStateName = nextName(state, event) ?? state;
            expect(severity[next]).toBeGreaterThanOrEqual(severity[state] ?? 0);
            state = next;
          }
        },
      ),
    );
  });

  it('have nothing that could run frames while a step is under way', () => {
    expect(stateNames.filter((state) => !runsFrames(state))).toEqual([
      'resetting',
      'reloading',
      'replacing',
      'failed',
      'closed',
    ]);
  });
});
