import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SupervisedCamera } from '../../../../../daemon/camera/supervision/supervised-camera.js';
import { ZynqnetError } from '../../../../../daemon/util/error.js';
import { Collector } from '../support/collect.js';
import { PlayedDriver } from '../support/played-driver.js';

const picture = { data: new Uint8Array(3), format: 'rgb24', width: 1, height: 1 } as const;

describe('SupervisedCamera', () => {
  let driver: PlayedDriver;
  let source: SupervisedCamera;
  let seen: Collector;

  beforeEach(() => {
    vi.useFakeTimers();
    driver = new PlayedDriver();
    source = new SupervisedCamera(driver, {
      minRetryMs: 100,
      maxRetryMs: 1600,
      closeLimitMs: 500,
      goodSessionMs: 10_000,
    });
    seen = new Collector();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const begin = async () => {
    source.start(seen);
    await vi.advanceTimersByTimeAsync(0);
  };

  it('gives a camera that never answers its time and tries again once it has let go', async () => {
    await begin();
    await vi.advanceTimersByTimeAsync(999);
    expect(source.status().state).toBe('opening');
    await vi.advanceTimersByTimeAsync(1);
    expect(source.status()).toMatchObject({ state: 'stalled', error: { code: 'CAMERA_TIMEOUT' } });
    expect(driver.last.session.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(driver.sessions, 'no second session while the first still holds the device').toHaveLength(1);
    driver.last.resolve();
    await vi.advanceTimersByTimeAsync(100);
    expect(driver.sessions).toHaveLength(2);
    expect(source.status().state).toBe('opening');
  });

  it('calls a camera stalled whose frames stop, and counts the reconnect', async () => {
    await begin();
    driver.last.session.emit(picture);
    expect(source.status().state).toBe('streaming');
    await vi.advanceTimersByTimeAsync(299);
    driver.last.session.emit(picture);
    await vi.advanceTimersByTimeAsync(299);
    expect(source.status().state).toBe('streaming');
    await vi.advanceTimersByTimeAsync(1);
    expect(source.status()).toMatchObject({ state: 'stalled', error: { code: 'CAMERA_STALLED' } });
    driver.last.reject(new Error('aborted'));
    await vi.advanceTimersByTimeAsync(100);
    driver.last.session.emit(picture);
    expect(source.status()).toMatchObject({ state: 'streaming', reconnects: 1, failures: 1, frames: 3 });
    expect(source.status().error).toBeUndefined();
    expect(seen.states).toEqual(['opening', 'streaming', 'stalled', 'retrying', 'opening', 'streaming']);
  });

  it('waits longer after each failure, up to the ceiling, and soon again after a good session', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON);
    source = new SupervisedCamera(driver, { minRetryMs: 100, maxRetryMs: 1600, goodSessionMs: 10_000 });
    await begin();
    for (const waitMs of [100, 200, 400, 800, 1600, 1600]) {
      const count = driver.sessions.length;
      driver.last.reject(new ZynqnetError('CAMERA_OPEN', 'no such device'));
      await vi.advanceTimersByTimeAsync(waitMs - 1);
      expect(driver.sessions).toHaveLength(count);
      await vi.advanceTimersByTimeAsync(1);
      expect(driver.sessions).toHaveLength(count + 1);
    }
    for (let i = 0; i < 50; i++) {
      driver.last.session.emit(picture);
      await vi.advanceTimersByTimeAsync(250);
    }
    driver.last.reject(new Error('unplugged'));
    await vi.advanceTimersByTimeAsync(100);
    expect(driver.sessions).toHaveLength(8);
  });

  it('is not held up in stop by a driver that never ends', async () => {
    await begin();
    let stopped = false;
    const stop = source.stop().then(() => {
      stopped = true;
    });
    expect(source.status().state).toBe('stopped');
    await vi.advanceTimersByTimeAsync(499);
    expect(stopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await stop;
    source.start(seen);
    await vi.advanceTimersByTimeAsync(0);
    expect(source.status().error?.code).toBe('CAMERA_STALLED');
    expect(driver.sessions).toHaveLength(1);
    driver.last.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(driver.sessions).toHaveLength(2);
  });

  it('lets no frame through after stop, nor from a session that has ended', async () => {
    await begin();
    const first = driver.last;
    first.session.emit(picture);
    first.reject(new Error('gone'));
    await vi.advanceTimersByTimeAsync(100);
    first.session.emit(picture);
    expect(seen.frames).toHaveLength(1);
    const stop = source.stop();
    driver.last.session.emit(picture);
    driver.last.resolve();
    await stop;
    expect(seen.frames).toHaveLength(1);
  });

  it('stops by itself at the end of a source that has one', async () => {
    await begin();
    driver.last.session.emit(picture);
    driver.last.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(source.status()).toMatchObject({ state: 'stopped', ended: true });
  });

  it('counts what the driver lost and what it warned of', async () => {
    await begin();
    driver.last.session.lose(3);
    driver.last.session.warn('odd');
    driver.last.session.emit({ ...picture, sequence: 41, origin: 'x' });
    expect(source.status()).toMatchObject({ lost: 3, warnings: 1, lastWarning: 'odd' });
    expect(seen.frames[0]).toMatchObject({ sequence: 41, origin: 'x' });
  });
});
