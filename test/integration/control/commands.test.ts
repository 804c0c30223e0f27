import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { haveBuild } from '../support/daemon-process.js';
import { haveMosquitto, temporaryFolder } from '../support/mosquitto.js';
import { Boards } from './fixture.js';

// Each starts a daemon or two: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const boards = new Boards();
afterEach((context) => boards.stop(context));

/** A folder that looks like an LED of the kernel. */
function fakeLed(): string {
  const folder = temporaryFolder('led');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'trigger'), 'none timer [heartbeat] mmc0\n');
  writeFileSync(join(folder, 'brightness'), '1\n');
  writeFileSync(join(folder, 'max_brightness'), '255\n');
  return folder;
}

describe.skipIf(!haveBuild || !haveMosquitto)('commands by message', () => {
  it('take a picture, with and without what is drawn over it', async () => {
    const { requester } = await boards.start();
    await requester.online();
    const picture = async (body: object) => {
      const from = requester.heard.length;
      const answer = await requester.ask('command/snapshot', body);
      await requester.until(() => requester.heard.slice(from).some(({ topic }) => topic === 'zynqnet/board/image'));
      const image = requester.heard.slice(from).find(({ topic }) => topic === 'zynqnet/board/image')?.payload as Buffer;
      return { answer, image, ...(await sharp(image).metadata()) };
    };
    const small = await picture({ overlay: false, maxWidth: 320 });
    expect(small).toMatchObject({
      format: 'jpeg',
      width: 320,
      answer: { code: 200, data: { topic: 'image', width: 320 } },
    });
    expect(small.answer.data.bytes).toBe(small.image.length);
    const drawn = await picture({ quality: 90 });
    expect(drawn).toMatchObject({ format: 'jpeg', width: 640, height: 480 });
    // the bars above and below are darker than the scene behind them could be by itself: half black, with white letters
    const bar = await sharp(drawn.image).extract({ left: 0, top: 0, width: 640, height: 28 }).stats();
    expect(bar.channels[0]?.max).toBeGreaterThan(200);
    expect(bar.channels[0]?.mean).toBeLessThan(170);
    expect(await requester.ask('command/snapshot', { maxWidth: 100_000 })).toMatchObject({ code: 400 });
  });

  it('test the board, show its log, say who it is, and know what they do not know', async () => {
    const led = fakeLed();
    const { requester } = await boards.start(`device.led=${led}`);
    await requester.online();
    const test = await requester.ask('command/selftest');
    expect(test).toMatchObject({ code: 200, message: 'everything works', data: { passed: true } });
    expect(test.data.checks.map(({ name }: { name: string }) => name)).toEqual([
      'model',
      'engine',
      'frames',
      'camera',
      'storage',
    ]);
    expect(test.data.checks[1].message).toMatch(/agrees with the processor in all 3 numbers/);
    const blinking = requester.ask('command/identify', { seconds: 1 });
    await requester.until(() => readFileSync(join(led, 'trigger'), 'utf8') === 'none');
    expect(await requester.ask('command/identify', { seconds: 1 })).toMatchObject({ code: 429 });
    expect(await blinking).toMatchObject({ code: 200 });
    expect(readFileSync(join(led, 'trigger'), 'utf8')).toBe('heartbeat');
    expect(readFileSync(join(led, 'brightness'), 'utf8')).toBe('1');
    const { data } = await requester.ask('command/logs', { lines: 5 });
    expect(data.lines.length).toBeGreaterThan(0);
    expect(JSON.parse(data.lines[0])).toHaveProperty('msg');
    expect(await requester.ask('command/format-disk')).toMatchObject({
      code: 404,
      message: expect.stringContaining('snapshot'),
    });
    expect(await requester.ask('command/selftest', { surprise: 1 })).toMatchObject({ code: 400 });
  });

  it('restart the daemon, once, even if the order stays with the broker', async () => {
    const { requester, daemon } = await boards.start();
    await requester.online();
    const session = requester.latest('status').session;
    await requester.client.publishAsync('zynqnet/board/command/restart', '{}', { qos: 1, retain: true });
    await requester.until(
      () => requester.latest('status').session !== session && requester.latest('status').state === 'online',
    );
    const next = requester.latest('status').session;
    await requester.until(() => requester.latest('result') !== undefined);
    expect(await requester.ask('command/model/list')).toMatchObject({ code: 200 });
    expect(requester.latest('status').session).toBe(next);
    expect(daemon.running).toBe(true);
  });

  it('look at fewer frames while nothing changes, if that is wanted', async () => {
    const pictures = temporaryFolder('still');
    await sharp({ create: { width: 64, height: 48, channels: 3, background: 'red' } })
      .jpeg()
      .toFile(join(pictures, 'red.jpg'));
    const still = ['camera.source=files', `camera.files.path=${pictures}`, 'camera.files.framesPerSecond=50'];
    const { requester } = await boards.start(...still, 'publish.healthSeconds=1');
    await requester.online();
    expect(requester.latest('activity')).toMatchObject({ state: 'active' });
    const set = await requester.ask('config/set', {
      patch: { power: { saving: true, afterSeconds: 1, framesPerSecond: 2 } },
    });
    expect(set).toMatchObject({ code: 200, effect: 'live' });
    await requester.until(() => requester.latest('activity').state === 'saving');
    await requester.until(() => requester.latest('health').frames.skipped.powerSaving > 50);
    await requester.until(() => requester.latest('health').framesPerSecond < 5);
    expect(await requester.ask('config/reset')).toMatchObject({ code: 200 });
    await requester.until(() => requester.latest('activity').state === 'active');
  });
});
