import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  eventPayload,
  type HealthPayload,
  healthPayload,
  infoPayload,
  type ResultPayload,
  resultPayload,
  type StatusPayload,
} from '../../../daemon/mqtt/topics/payloads.js';
import { smallModel } from '../../support/small-model.js';
import { DaemonProcess, haveBuild, zynqnetd } from '../support/daemon-process.js';
import { Listener, until } from '../support/listener.js';
import { freePort, haveMosquitto, Mosquitto } from '../support/mosquitto.js';

// Each starts brokers or daemons: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-run-'));
const model = join(folder, 'colours.zqn');
const pictures = join(folder, 'pictures');
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  writeFileSync(model, smallModel());
  mkdirSync(pictures);
  const blank = (background: string, width = 64, height = 48) =>
    sharp({ create: { width, height, channels: 3, background } })
      .jpeg()
      .toBuffer();
  const put = (name: string, data: Buffer) => writeFileSync(join(pictures, name), data);
  // Good frames among all kinds of bad ones.
  put('1-red.jpg', await blank('#ff0000'));
  put('2-cut.jpg', (await blank('#ff0000', 640, 480)).subarray(0, 900));
  put('3-text.jpg', Buffer.from('not a picture at all'));
  put(
    '4-tiny.png',
    await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  put(
    '5-huge.png',
    await sharp({ create: { width: 8000, height: 8000, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  put(
    '6-grey.jpg',
    await sharp(await blank('#808080'))
      .greyscale()
      .jpeg()
      .toBuffer(),
  );
  put(
    '7-alpha.png',
    await sharp({ create: { width: 32, height: 32, channels: 4, background: '#0000ff80' } })
      .png()
      .toBuffer(),
  );
  put(
    '8-cmyk.jpg',
    await sharp(await blank('#00ff00'))
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer(),
  );
  put('9-blue.jpg', await blank('#0000ff'));
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function start(...settings: string[]): DaemonProcess {
  // A clean end must not fail for a busy machine.
  const all = ['limits.shutdownMs=30000', ...settings];
  const daemon = new DaemonProcess(['run', ...all.flatMap((setting) => ['--set', setting])]);
  undo.push(async () => {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  });
  return daemon;
}

async function brokerWithListener(): Promise<{ url: string; listener: Listener }> {
  const broker = await Mosquitto.start();
  undo.push(() => broker.stop());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const listener = await Listener.connect(url);
  undo.push(() => listener.close());
  return { url, listener };
}

const fromFiles = () => [
  `model.file=${model}`,
  'device.id=board',
  'camera.source=files',
  `camera.files.path=${pictures}`,
  'camera.files.framesPerSecond=30',
];
const states = (listener: Listener) => listener.payloads<StatusPayload>('status').map(({ state }) => state);

describe.skipIf(!haveBuild)('the daemon', () => {
  it('shows something without any set-up: embedded broker, scene camera, results to subscribe to', async () => {
    const port = await freePort();
    const daemon = start(`model.file=${model}`, `broker.port=${port}`, 'camera.scene.framesPerSecond=20');
    await until(() => daemon.stdout.includes('mosquitto_sub') || !daemon.running);
    expect(daemon.stdout).toMatch(
      new RegExp(`mosquitto_sub -h 127\\.0\\.0\\.1 -p ${port} -t 'zynqnet/[0-9a-f]{10}/#' -v`),
    );
    expect(daemon.stdout).toContain(`npx zynqnetd watch --url mqtt://127.0.0.1:${port}`);
    const listener = await Listener.connect(`mqtt://127.0.0.1:${port}`);
    undo.push(() => listener.close());
    await listener.until(() => listener.payloads('result').length >= 3);
    const result = resultPayload.parse(listener.payloads('result')[0]);
    expect(result.truth).toBeDefined();
    const ended = await daemon.stop();
    expect(ended.code).toBe(0);
    expect(states(listener).slice(-2)).toEqual(['online', 'stopped']);
  });

  it('takes the next free port when its own is taken, and says so', async () => {
    const first = start(`model.file=${model}`, `broker.port=${await freePort()}`);
    await until(() => first.stdout.includes('npx zynqnetd watch') || !first.running);
    const port = Number(/-p (\d+)/.exec(first.stdout)?.[1]);
    const second = start(`model.file=${model}`, `broker.port=${port}`, 'device.id=other');
    await until(() => second.stdout.includes('npx zynqnetd watch') || !second.running);
    expect(second.stdout).toContain(`port ${port} is taken`);
  });
});

describe.skipIf(!haveBuild || !haveMosquitto)('the daemon at a mosquitto', () => {
  it('survives every kind of bad frame, says which, and goes on', async () => {
    const { url, listener } = await brokerWithListener();
    const daemon = start(...fromFiles(), `mqtt.url=${url}`, 'publish.healthSeconds=1', 'classify.frames=1');
    await listener.until(() => listener.payloads('event').length >= 4 && listener.payloads('health').length >= 2);
    const results = listener.payloads<ResultPayload>('result').map((payload) => resultPayload.parse(payload));
    expect(new Set(results.map(({ top }) => top[0]?.label))).toEqual(new Set(['red', 'green', 'blue']));
    for (const event of listener.payloads('event')) eventPayload.parse(event);
    infoPayload.parse(listener.payloads('info')[0]);
    const health = listener.payloads('health').map((payload) => healthPayload.parse(payload));
    expect(health.at(-1)?.frames.failed.preprocess).toBeGreaterThan(0);
    expect(health.at(-1)?.events.dropped).toBe(0);
    // a report may fall between an event and its acknowledgement: the queue must run empty, not always be empty
    await listener.until(() => listener.payloads<HealthPayload>('health').some(({ events }) => events.queued === 0));
    for (const what of ['2-cut.jpg', '3-text.jpg', '4-tiny.png', '5-huge.png']) expect(daemon.stdout).toContain(what);
    expect(daemon.running).toBe(true);
    expect(states(listener)).toEqual(['init', 'online']);
    expect((await daemon.stop()).code).toBe(0);
    await listener.until(() => states(listener).at(-1) === 'stopped');
  });

  it('can be watched from anywhere', async () => {
    const { url } = await brokerWithListener();
    const daemon = start(...fromFiles(), `mqtt.url=${url}`, 'classify.frames=1');
    const watched = await zynqnetd('watch', '--url', url, '--device', 'board', '-n', '12');
    expect(watched).toMatchObject({ code: 0, stderr: '' });
    expect(watched.stdout).toContain('board is online');
    expect(watched.stdout).toMatch(/ -> (red|green|blue) \(\d/);
    expect((await daemon.stop()).code).toBe(0);
  });

  it('stays up and reachable with a model that cannot be used, and raises an alert', async () => {
    const damaged = join(folder, 'damaged.zqn');
    writeFileSync(damaged, smallModel().subarray(0, 200));
    const { url, listener } = await brokerWithListener();
    const daemon = start(...fromFiles(), `model.file=${damaged}`, `mqtt.url=${url}`);
    await listener.until(() =>
      listener.messages.some(({ topic, payload }) => topic.endsWith('/alert/model') && payload !== ''),
    );
    const alert = listener.messages.find(({ topic, payload }) => topic.endsWith('/alert/model') && payload !== '');
    expect(JSON.parse(alert?.payload ?? '')).toMatchObject({
      severity: 'error',
      message: expect.stringContaining('damaged.zqn'),
    });
    expect(states(listener)).toEqual(['init']);
    expect((await daemon.stop()).code).toBe(0);
  });

  it('takes back the alerts of an earlier life', async () => {
    const { url, listener } = await brokerWithListener();
    const left = JSON.stringify({ id: 'disk', severity: 'warning', message: 'full', since: new Date().toISOString() });
    await listener.client.publishAsync('zynqnet/board/alert/disk', left, { qos: 1, retain: true });
    const daemon = start(...fromFiles(), `mqtt.url=${url}`);
    const alerts = () => listener.messages.filter(({ topic }) => topic.endsWith('/alert/disk'));
    await listener.until(() => alerts().at(-1)?.payload === '');
    expect((await daemon.stop()).code).toBe(0);
  });

  it('raises an alert for a camera that is not there, and goes on when it comes', async () => {
    const { url, listener } = await brokerWithListener();
    const later = join(folder, 'later');
    const daemon = start(...fromFiles(), `camera.files.path=${later}`, `mqtt.url=${url}`);
    const alerts = () => listener.messages.filter(({ topic }) => topic.endsWith('/alert/camera'));
    await listener.until(() => alerts().some(({ payload }) => payload !== ''));
    mkdirSync(later);
    writeFileSync(
      join(later, 'red.jpg'),
      await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
        .jpeg()
        .toBuffer(),
    );
    await listener.until(() => listener.payloads('result').length > 0 && alerts().at(-1)?.payload === '');
    expect((await daemon.stop()).code).toBe(0);
  });

  // The moments differ: before the broker answers, while the model loads, in the first frames, in full flow.
  it.each([0, 30, 100, 200, 400, 800])(
    'ends cleanly on SIGTERM %d ms after its first sign of life',
    async (delayMs) => {
      const { url, listener } = await brokerWithListener();
      const daemon = start(...fromFiles(), `mqtt.url=${url}`);
      await until(() => daemon.stdout !== '' || listener.payloads('status').length > 0);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const ended = await daemon.stop();
      expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      await listener.until(() => states(listener).at(-1) === 'stopped');
    },
  );

  it('ends in time on SIGTERM while its broker is frozen', async () => {
    const broker = await Mosquitto.start();
    undo.push(() => broker.stop());
    const daemon = start(...fromFiles(), `mqtt.url=mqtt://127.0.0.1:${broker.port}`, 'limits.shutdownMs=1000');
    await until(() => daemon.stdout.includes('delivers frames'));
    broker.signal('SIGSTOP');
    const ended = await daemon.stop();
    broker.signal('SIGCONT');
    expect(ended.signal).toBeNull();
  });
});
