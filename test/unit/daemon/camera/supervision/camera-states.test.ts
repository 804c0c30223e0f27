import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StateName } from '../../../../../daemon/camera/supervision/camera-states.js';
import { SupervisedCamera } from '../../../../../daemon/camera/supervision/supervised-camera.js';
import { Collector } from '../support/collect.js';
import { PlayedDriver } from '../support/played-driver.js';

const picture = { data: new Uint8Array(3), format: 'rgb24', width: 1, height: 1 } as const;

/** Every event as the world makes it; `timer` is the state's own one, if it has one. */
const events = {
  start: (rig: Rig) => rig.camera.start(rig.seen),
  frame: ({ driver }: Rig) => driver.last.session.emit(picture),
  timer: () => void vi.advanceTimersToNextTimer(),
  failed: ({ driver }: Rig) => driver.last.reject(new Error('unplugged')),
  finished: ({ driver }: Rig) => driver.last.resolve(),
  stop: ({ camera }: Rig) => void camera.stop(),
};
type EventName = keyof typeof events;

/** How each state is reached. */
const paths: Record<StateName, readonly EventName[]> = {
  stopped: ['start', 'finished'],
  closing: ['start', 'stop'],
  blocked: ['start', 'stop', 'start'],
  opening: ['start'],
  streaming: ['start', 'frame'],
  stalled: ['start', 'timer'],
  retrying: ['start', 'failed'],
};

/** What follows; an event that is not listed changes nothing. */
const table: Record<StateName, Partial<Record<EventName, StateName>>> = {
  stopped: { start: 'opening' },
  closing: { start: 'blocked', failed: 'stopped', finished: 'stopped' },
  blocked: { failed: 'opening', finished: 'opening', stop: 'closing' },
  opening: { frame: 'streaming', timer: 'stalled', failed: 'retrying', finished: 'stopped', stop: 'closing' },
  streaming: { frame: 'streaming', timer: 'stalled', failed: 'retrying', finished: 'stopped', stop: 'closing' },
  stalled: { failed: 'retrying', finished: 'retrying', stop: 'closing' },
  retrying: { timer: 'opening', stop: 'stopped' },
};

class Rig {
  readonly driver = new PlayedDriver();
  readonly camera = new SupervisedCamera(this.driver, { minRetryMs: 100, maxRetryMs: 1600, closeLimitMs: 500 });
  readonly seen = new Collector();

  async play(...names: readonly EventName[]): Promise<void> {
    for (const name of names) {
      events[name](this);
      await vi.advanceTimersByTimeAsync(0);
    }
  }

  /** The state, as far as it can be told from outside: by its public name, and whether the driver is at work. */
  get state(): StateName {
    const { state } = this.camera.status();
    const { running } = this.driver;
    expect(running, 'sessions at the same time').toBeLessThanOrEqual(1);
    if (state !== 'stopped') expect(running, `sessions while ${state}`).toBe(state === 'retrying' ? 0 : 1);
    const told = running === 1 && this.driver.last.session.signal.aborted;
    if (state === 'stopped') return told ? 'closing' : 'stopped';
    if (state === 'opening') return told ? 'blocked' : 'opening';
    expect(told, `${state} and told to end`).toBe(state === 'stalled');
    return state;
  }
}

describe('the states of a supervised camera', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const cells = (Object.keys(table) as StateName[]).flatMap((state) =>
    (Object.keys(events) as EventName[]).map((event) => ({ state, event, next: table[state][event] ?? state })),
  );

  it.each(cells)('$state, $event: $next', async ({ state, event, next }) => {
    const rig = new Rig();
    await rig.play(...paths[state]);
    expect(rig.state).toBe(state);
    const { frames } = rig.camera.status();
    const counted = rig.seen.frames.length;
    await rig.play(event);
    expect(rig.state).toBe(next);
    const taken = event === 'frame' && next === 'streaming' ? 1 : 0;
    expect(rig.camera.status().frames).toBe(event === 'start' && next !== state ? 0 : frames + taken);
    expect(rig.seen.frames.length).toBe(counted + taken);
    if (next !== 'stopped') return;
    await rig.play('start');
    expect(rig.state, 'it can be started again').toBe('opening');
  });

  it('leaves no timer behind once it is stopped', async () => {
    for (const path of Object.values(paths)) {
      const rig = new Rig();
      await rig.play(...path, 'stop', 'finished');
      expect(rig.state).toBe('stopped');
      expect(vi.getTimerCount(), path.join(', ')).toBe(0);
    }
  });
});
