import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../../daemon/camera/frame.js';
import { CaptureScheduler, type CaptureState } from '../../../../../daemon/camera/schedule/capture-scheduler.js';
import { checkConfig } from '../../../../../daemon/config/load.js';

const frame = {} as Frame;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A scheduler whose clock and configuration the test sets. */
function make(schedule: object, synchronized = true) {
  const made = {
    at: '2026-11-23T12:00:00Z',
    config: checkConfig({ schedule }),
    camera: [] as string[],
    states: [] as CaptureState[],
  };
  const scheduler = new CaptureScheduler({
    config: () => made.config,
    clockSynchronized: () => synchronized,
    open: async () => void made.camera.push('open'),
    close: async () => void made.camera.push('close'),
    changed: (state) => made.states.push(state),
    now: () => new Date(made.at),
  });
  return { scheduler, made };
}

const office = { activeHours: [{ from: '08:00', to: '16:00' }], timeZone: 'UTC' };

describe('the scheduler', () => {
  it('opens the camera for its hours and closes it afterwards', async () => {
    const { scheduler, made } = make(office);
    await scheduler.start();
    expect(scheduler.wants(frame)).toBe(true);
    made.at = '2026-11-23T16:00:00Z';
    scheduler.check();
    await settle();
    expect(scheduler.wants(frame)).toBe(false);
    made.at = '2026-11-24T08:00:00Z';
    scheduler.check();
    await settle();
    scheduler.stop();
    expect(made.camera).toEqual(['open', 'close', 'open']);
    expect(made.states).toEqual(['active', 'outside hours', 'active']);
    expect(scheduler.skipped()).toMatchObject({ outsideHours: 1 });
  });

  it('leaves it open while the clock has not been set', async () => {
    const { scheduler, made } = make(office, false);
    made.at = '2026-11-23T23:00:00Z';
    await scheduler.start();
    scheduler.stop();
    expect(made.camera).toEqual(['open']);
  });

  it('opens it for a trial at any hour, and closes it after that', async () => {
    const { scheduler, made } = make({ activeHours: [] });
    await scheduler.start();
    expect(made.camera).toEqual([]);
    scheduler.trying(true);
    await settle();
    expect(scheduler.active).toBe(true);
    await scheduler.reopen();
    scheduler.trying(false);
    await settle();
    await scheduler.reopen(); // a change of a camera that is closed
    scheduler.stop();
    expect(made.camera).toEqual(['open', 'close', 'open', 'close']);
  });
});
