import { afterEach, describe, expect, it } from 'vitest';
import { v4l2Driver } from '../../../../../daemon/camera/kinds/v4l2.js';
import { SupervisedCamera } from '../../../../../daemon/camera/supervision/supervised-camera.js';
import type { NativeAddon } from '../../../../../daemon/native/addon.js';
import { loadAddon } from '../../../../../daemon/native/load.js';
import type { NativeV4l2, NativeV4l2Event, NativeV4l2Options } from '../../../../../daemon/native/v4l2.js';
import { Collector } from '../support/collect.js';
import { describeSource } from '../support/source-suite.js';

const options = {
  device: '/dev/video9',
  width: 16,
  height: 8,
  framesPerSecond: 100,
  format: 'auto',
  stallMs: 3000,
} as const;

/** The addon's half, played: a camera that can be unplugged. native/tests/platform/v4l2 tests the real one against a played kernel. */
class PlayedNative implements NativeV4l2 {
  plugged = true;
  asked: NativeV4l2Options | undefined;
  readonly #open = new Set<{ tell: (event: NativeV4l2Event) => void; end: (event: NativeV4l2Event) => void }>();

  openV4l2(asked: NativeV4l2Options, tell: (event: NativeV4l2Event) => void) {
    this.asked = asked;
    let sequence = 0;
    const timer = setInterval(() => {
      if (!this.plugged) return end({ type: 'closed', code: 'CAMERA_OPEN', message: 'No such file or directory' });
      if (sequence === 0) {
        const size = { width: asked.width, height: asked.height, framesPerSecond: asked.framesPerSecond };
        tell({ type: 'opened', format: 'YUYV', ...size, driver: 'played', card: 'Camera', bus: 'usb-1' });
      }
      const data = new Uint8Array(asked.width * asked.height * 3).fill(sequence);
      const timestampMs = Number(process.hrtime.bigint()) / 1e6;
      tell({ type: 'frame', data, format: 'rgb24', width: 16, height: 8, sequence: sequence++, lost: 0, timestampMs });
      return undefined;
    }, 3);
    const entry = { tell, end: (event: NativeV4l2Event) => end(event) };
    const end = (event: NativeV4l2Event): void => {
      clearInterval(timer);
      if (this.#open.delete(entry)) setImmediate(() => tell(event));
    };
    this.#open.add(entry);
    return { stop: () => end({ type: 'closed' }) };
  }

  tell(event: NativeV4l2Event): void {
    for (const { tell } of this.#open) tell(event);
  }

  unplug(): void {
    this.plugged = false;
    for (const { end } of this.#open) end({ type: 'closed', code: 'CAMERA_LOST', message: 'unplugged' });
  }
}

describeSource('v4l2', () => {
  const native = new PlayedNative();
  return {
    driver: v4l2Driver(options, native),
    vanish: () => native.unplug(),
    comeBack: () => {
      native.plugged = true;
    },
    close() {},
  };
});

describe('v4l2 driver', () => {
  let source: SupervisedCamera;
  afterEach(() => source.stop());
  const begin = (native: NativeV4l2, over: object = {}) => {
    source = new SupervisedCamera(v4l2Driver({ ...options, ...over }, native), { minRetryMs: 5, maxRetryMs: 10 });
    const seen = new Collector();
    source.start(seen);
    return seen;
  };

  it('asks for all formats or for one, and says what it got', async () => {
    const native = new PlayedNative();
    await begin(native).minFrames(1);
    expect(native.asked?.formats).toEqual(['MJPG', 'YUYV', 'NV12', 'RGB24', 'GREY']);
    expect(source.status().description).toBe('YUYV 16x8 at 100 frames/s, Camera (played, usb-1)');
    await source.stop();
    await begin(native, { format: 'NV12' }).minFrames(1);
    expect(native.asked?.formats).toEqual(['NV12']);
  });

  it("takes the driver's counts, and its clock, but never a capture in the future", async () => {
    const native = new PlayedNative();
    const seen = begin(native);
    await seen.minFrames(1);
    native.tell({ type: 'lost', frames: 4 });
    native.tell({ type: 'warning', message: 'short frame' });
    const ahead = {
      type: 'frame',
      data: new Uint8Array(4),
      format: 'gray8',
      width: 2,
      height: 2,
      sequence: 9000,
      lost: 3,
    } as const;
    native.tell({ ...ahead, timestampMs: Number(process.hrtime.bigint()) / 1e6 + 60_000 });
    const late = seen.frames.find((frame) => frame.sequence === 9000);
    expect(late?.capturedMs).toBeLessThanOrEqual(performance.now());
    native.tell({ ...ahead, sequence: 9001, lost: 0, timestampMs: Number(process.hrtime.bigint()) / 1e6 - 1000 });
    const old = seen.frames.find((frame) => frame.sequence === 9001);
    expect(performance.now() - (old?.capturedMs ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(source.status()).toMatchObject({ lost: 7, warnings: 1, lastWarning: 'short frame' });
  });
});

let addon: NativeAddon | undefined;
try {
  addon = loadAddon();
} catch {
  // not built here: the tests below are skipped, visibly
}

describe.skipIf(addon?.openV4l2 === undefined)('v4l2 in the addon', () => {
  const open = (device: string) =>
    new Promise<NativeV4l2Event[]>((resolve) => {
      const events: NativeV4l2Event[] = [];
      const wish = { device, width: 640, height: 480, framesPerSecond: 30, formats: ['MJPG', 'YUYV'] };
      addon?.openV4l2(wish, (event) => {
        events.push(event);
        if (event.type === 'closed') resolve(events);
      });
    });

  it('says that there is no such device, or that it is no camera', async () => {
    expect(await open('/dev/no-such-video')).toEqual([
      { type: 'closed', code: 'CAMERA_OPEN', message: expect.stringContaining('plugged in') },
    ]);
    expect(await open('/dev/null')).toEqual([
      { type: 'closed', code: 'CAMERA_OPEN', message: expect.stringContaining('no video device') },
    ]);
  });

  it('opens and stops many times, and stop may be called again', async () => {
    for (let i = 0; i < 50; i++) {
      await new Promise<void>((resolve) => {
        const wish = { device: '/dev/null', width: 640, height: 480, framesPerSecond: 30, formats: ['GREY'] };
        const capture = addon?.openV4l2(wish, (event) => event.type === 'closed' && resolve());
        capture?.stop();
        capture?.stop();
      });
    }
  });

  it('refuses wrong arguments in words', () => {
    const wish = { device: '/dev/null', width: 640, height: 480, framesPerSecond: 30, formats: ['GREY'] };
    expect(() => addon?.openV4l2({ ...wish, formats: ['H264'] }, () => undefined)).toThrow(/MJPG, YUYV/);
    expect(() => addon?.openV4l2({ ...wish, width: 0 }, () => undefined)).toThrow(/width/);
    expect(() => addon?.openV4l2({ ...wish, device: 3 as unknown as string }, () => undefined)).toThrow(TypeError);
  });
});
