import { afterEach, describe, expect, it } from 'vitest';
import type { Frame } from '../../../../../daemon/camera/frame.js';
import { rawBytes } from '../../../../../daemon/camera/frame.js';
import type { CameraDriver } from '../../../../../daemon/camera/frame-source.js';
import { imageKind } from '../../../../../daemon/camera/image-kind.js';
import {
  SupervisedCamera,
  type SupervisionLimits,
} from '../../../../../daemon/camera/supervision/supervised-camera.js';
import { Collector } from './collect.js';
import { Mailbox } from './mailbox.js';

/** A camera with the world around it, for one test. */
export interface Rig {
  readonly driver: CameraDriver;
  /** Takes the device, file or server away so that the running session ends by itself. Absent: it cannot vanish. */
  vanish?(): Promise<void> | void;
  comeBack?(): Promise<void> | void;
  close(): Promise<void> | void;
}

const quick: Partial<SupervisionLimits> = { minRetryMs: 5, maxRetryMs: 20, closeLimitMs: 2000 };

/** What every source must do, whatever it is made of. */
export function describeSource(name: string, makeRig: () => Promise<Rig> | Rig): void {
  describe(`${name} as a FrameSource`, () => {
    const open: { rig: Rig; source: SupervisedCamera }[] = [];
    const start = async () => {
      const rig = await makeRig();
      const source = new SupervisedCamera(rig.driver, quick);
      const seen = new Collector();
      open.push({ rig, source });
      source.start(seen);
      return { rig, source, seen };
    };

    afterEach(async () => {
      for (const { rig, source } of open.splice(0)) {
        await source.stop();
        await rig.close();
      }
    });

    it('opens, streams, and its frames advance', async () => {
      const { source, seen } = await start();
      expect(source.status().state).toBe('opening');
      await seen.minFrames(4);
      expect(seen.states).toEqual(['opening', 'streaming']);
      expect(source.status()).toMatchObject({ state: 'streaming', reconnects: 0, failures: 0, ended: false });
      expect(source.status().description).toBeTypeOf('string');
      expectInOrder(seen.frames);
      for (const frame of seen.frames) expectSound(frame);
    });

    it('gives each frame memory of its own', async () => {
      const { seen } = await start();
      await seen.minFrames(1);
      const [first] = seen.frames as [Frame];
      const copy = Buffer.from(first.data);
      await seen.minFrames(4);
      expect(copy.equals(first.data)).toBe(true);
    });

    it('lets a slow reader keep only the latest frame, and every other one is counted', async () => {
      const { source, seen } = await start();
      const mailbox = new Mailbox<Frame>();
      seen.frame = (frame) => {
        Collector.prototype.frame.call(seen, frame);
        mailbox.put(frame);
      };
      await seen.minFrames(6);
      const taken = await mailbox.take();
      expect(taken).toBe(seen.frames.at(-1));
      expect(mailbox.dropped).toBe(seen.frames.length - 1);
      expect(source.status().frames).toBe(seen.frames.length);
    });

    it('stops for good, and starts again', async () => {
      const { source, seen } = await start();
      await seen.minFrames(2);
      await source.stop();
      const count = seen.frames.length;
      expect(source.status().state).toBe('stopped');
      const again = new Collector();
      source.start(again);
      await again.minFrames(2);
      expect(seen.frames).toHaveLength(count);
      expect(source.status()).toMatchObject({ state: 'streaming', reconnects: 0 });
    });

    it('stops while it opens', async () => {
      const { source, seen } = await start();
      await source.stop();
      const count = seen.frames.length;
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(seen.frames).toHaveLength(count);
      expect(source.status().state).toBe('stopped');
    });

    it('survives being taken away, says so, and comes back by itself', async ({ skip }) => {
      const { rig, source, seen } = await start();
      if (!rig.vanish || !rig.comeBack) return skip('this source cannot vanish');
      await seen.minFrames(2);
      await rig.vanish();
      await seen.until(() => seen.states.filter((state) => state === 'retrying').length >= 2);
      expect(source.status().error?.code).toMatch(/^CAMERA_/);
      expect(source.status().failures).toBeGreaterThanOrEqual(2);
      const before = seen.frames.length;
      await rig.comeBack();
      await seen.minFrames(before + 2);
      expect(source.status()).toMatchObject({ state: 'streaming', reconnects: 1 });
      expect(source.status().error).toBeUndefined();
    });

    it('stops while it is away', async ({ skip }) => {
      const { rig, source, seen } = await start();
      if (!rig.vanish) return skip('this source cannot vanish');
      await seen.minFrames(1);
      await rig.vanish();
      await seen.until(() => seen.states.includes('retrying'));
      await source.stop();
      expect(source.status().state).toBe('stopped');
    });
  });
}

function expectInOrder(frames: readonly Frame[]): void {
  for (const [i, frame] of frames.entries()) {
    const before = frames[i - 1];
    if (!before) continue;
    expect(frame.sequence).toBeGreaterThan(before.sequence);
    expect(frame.capturedMs).toBeGreaterThanOrEqual(before.capturedMs);
  }
}

/** Raw frames have all their bytes, encoded ones are what they say, and both clocks mean the same moment. */
function expectSound(frame: Frame): void {
  const bytes = rawBytes(frame.format, frame.width, frame.height);
  if (bytes !== undefined) expect(frame.data.byteLength).toBe(bytes);
  else if (frame.format === 'jpeg') expect(imageKind(frame.data)).toBe('jpeg');
  else expect(imageKind(frame.data)).toBeDefined();
  expect(frame.capturedMs).toBeLessThanOrEqual(performance.now());
  expect(Math.abs(frame.capturedAtUtcMs - frame.capturedMs - performance.timeOrigin)).toBeLessThan(5000);
}
