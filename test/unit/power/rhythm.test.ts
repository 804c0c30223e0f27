import { describe, expect, it } from 'vitest';
import { Rhythm, type RhythmState } from '../../../daemon/app/rhythm.js';
import type { Frame } from '../../../daemon/camera/frame.js';
import { checkConfig } from '../../../daemon/config/load.js';

const frame = {} as Frame;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A rhythm whose clock and configuration the test sets. */
function make(schedule: object, synchronized = true) {
  const made = {
    at: '2026-11-23T12:00:00Z',
    config: checkConfig({ schedule }),
    camera: [] as string[],
    states: [] as RhythmState[],
  };
  const rhythm = new Rhythm({
    config: () => made.config,
    clockSynchronized: () => synchronized,
    open: async () => void made.camera.push('open'),
    close: async () => void made.camera.push('close'),
    changed: (state) => made.states.push(state),
    now: () => new Date(made.at),
  });
  return { rhythm, made };
}

const office = { activeHours: [{ from: '08:00', to: '16:00' }], timeZone: 'UTC' };

describe('the rhythm', () => {
  it('opens the camera for its hours and closes it afterwards', async () => {
    const { rhythm, made } = make(office);
    await rhythm.start();
    expect(rhythm.wants(frame)).toBe(true);
    made.at = '2026-11-23T16:00:00Z';
    rhythm.check();
    await settle();
    expect(rhythm.wants(frame)).toBe(false);
    made.at = '2026-11-24T08:00:00Z';
    rhythm.check();
    await settle();
    rhythm.stop();
    expect(made.camera).toEqual(['open', 'close', 'open']);
    expect(made.states).toEqual(['active', 'outside hours', 'active']);
    expect(rhythm.skipped()).toMatchObject({ outsideHours: 1 });
  });

  it('leaves it open while the clock has not been set', async () => {
    const { rhythm, made } = make(office, false);
    made.at = '2026-11-23T23:00:00Z';
    await rhythm.start();
    rhythm.stop();
    expect(made.camera).toEqual(['open']);
  });

  it('opens it for a trial at any hour, and closes it after that', async () => {
    const { rhythm, made } = make({ activeHours: [] });
    await rhythm.start();
    expect(made.camera).toEqual([]);
    rhythm.trying(true);
    await settle();
    expect(rhythm.active).toBe(true);
    await rhythm.reopen();
    rhythm.trying(false);
    await settle();
    await rhythm.reopen(); // a change of a camera that is closed
    rhythm.stop();
    expect(made.camera).toEqual(['open', 'close', 'open', 'close']);
  });
});
