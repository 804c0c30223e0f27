import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../../daemon/camera/frame.js';
import { CaptureScheduler, type CaptureState } from '../../../../../daemon/camera/schedule/capture-scheduler.js';
import { checkConfig } from '../../../../../daemon/config/load.js';

const frame = {} as Frame;

/** A camera that notes what is asked of it, and whose frames the test emits. */
class FakeCamera {
  readonly calls: string[] = [];
  emit: (frame: Frame) => void = () => {};

  async open(emit: (frame: Frame) => void): Promise<void> {
    this.calls.push('open');
    this.emit = emit;
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A scheduler whose clock and configuration the test sets. */
function make(schedule: object, synchronized = true) {
  const made = {
    at: '2026-11-23T12:00:00Z',
    config: checkConfig({ schedule }),
    camera: new FakeCamera(),
    frames: 0,
    closed: 0,
    states: [] as CaptureState[],
  };
  const scheduler = new CaptureScheduler({
    config: () => made.config,
    clockSynchronized: () => synchronized,
    camera: made.camera,
    changed: (state) => made.states.push(state),
    now: () => new Date(made.at),
  });
  const sink = {
    frame: () => {
      made.frames += 1;
    },
    closed: () => {
      made.closed += 1;
    },
  };
  const wants = () => {
    const before = made.frames;
    made.camera.emit(frame);
    return made.frames > before;
  };
  return { scheduler, made, sink, wants };
}

const office = { activeHours: [{ from: '08:00', to: '16:00' }], timeZone: 'UTC' };

describe('the scheduler', () => {
  it('opens the camera for its hours and closes it afterwards', async () => {
    const { scheduler, made, sink, wants } = make(office);
    await scheduler.start(sink);
    expect(wants()).toBe(true);
    made.at = '2026-11-23T16:00:00Z';
    scheduler.check();
    await settle();
    expect(wants()).toBe(false);
    made.at = '2026-11-24T08:00:00Z';
    scheduler.check();
    await settle();
    scheduler.stop();
    expect(made.camera.calls).toEqual(['open', 'close', 'open']);
    expect(made.states).toEqual(['active', 'outside hours', 'active']);
    expect(scheduler.skipped()).toMatchObject({ outsideHours: 1 });
    expect(made.closed).toBe(1);
  });

  it('leaves it open while the clock has not been set', async () => {
    const { scheduler, made, sink } = make(office, false);
    made.at = '2026-11-23T23:00:00Z';
    await scheduler.start(sink);
    scheduler.stop();
    expect(made.camera.calls).toEqual(['open']);
  });

  it('opens it for a trial at any hour, and closes it after that', async () => {
    const { scheduler, made, sink } = make({ activeHours: [] });
    await scheduler.start(sink);
    expect(made.camera.calls).toEqual([]);
    scheduler.holdOpen(true);
    await settle();
    expect(scheduler.active).toBe(true);
    await scheduler.reopen();
    scheduler.holdOpen(false);
    await settle();
    await scheduler.reopen(); // a change of a camera that is closed
    scheduler.stop();
    expect(made.camera.calls).toEqual(['open', 'close', 'open', 'close']);
    expect(made.closed).toBe(2);
  });
});
