import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { logPayload } from '../../../daemon/mqtt/topics/payloads.js';
import { parsePrometheus } from '../../support/prometheus.js';
import { smallModel } from '../../support/small-model.js';
import { DaemonProcess, haveBuild } from '../support/daemon-process.js';
import { Listener, until } from '../support/listener.js';
import { freePort } from '../support/mosquitto.js';
import { havePython, ServiceManager } from '../support/service-manager.js';

// Each starts brokers or daemons: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-operation-'));
const model = join(folder, 'colours.zqn');
const pictures = join(folder, 'pictures');
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  writeFileSync(model, smallModel());
  mkdirSync(pictures);
  const red = sharp({ create: { width: 64, height: 48, channels: 3, background: 'red' } });
  writeFileSync(join(pictures, 'red.jpg'), await red.jpeg().toBuffer());
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const camera = { source: 'files', files: { path: pictures, framesPerSecond: 20 } };

async function start(settings: string[], env: Record<string, string> = {}) {
  const port = await freePort();
  const common = [`model.file=${model}`, 'camera.source=files', `camera.files.path=${pictures}`, `broker.port=${port}`];
  const all = [...common, 'camera.files.framesPerSecond=20', 'limits.shutdownMs=30000', ...settings];
  const daemon = new DaemonProcess(['run', ...all.flatMap((setting) => ['--set', setting])], env);
  undo.push(() => daemon.child.kill('SIGKILL'));
  return { daemon, url: `mqtt://127.0.0.1:${port}` };
}

async function manager(socket: string): Promise<ServiceManager> {
  const made = await ServiceManager.start(socket);
  undo.push(() => made.stop());
  return made;
}

describe.skipIf(!haveBuild || !havePython)('under systemd', () => {
  it.each([
    ['a path', join(folder, 'notify')],
    ['an abstract name', `@zynqnetd-test-${process.pid}`],
  ])('the daemon says that it is ready, alive, how it is, and that it ends, to %s', async (_, socket) => {
    const systemd = await manager(socket);
    const { daemon } = await start([], { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '900000' });
    await until(() => systemd.count('WATCHDOG=1') >= 3 || !daemon.running);
    expect(systemd.messages[0]).toBe('READY=1');
    expect(systemd.messages.find((line) => line.startsWith('STATUS='))).toMatch(
      /^STATUS=.*camera \w+, engine \S+ serving, broker \w+/,
    );
    const { code } = await daemon.stop();
    expect(code).toBe(0);
    await until(() => systemd.count('STOPPING=1') > 0);
  });

  it('hears of a restart by message as a reload, not as an end', async () => {
    const systemd = await manager(join(folder, 'reload'));
    const { daemon, url } = await start(['device.id=board'], { NOTIFY_SOCKET: systemd.socket });
    await until(() => systemd.count('READY=1') === 1 || !daemon.running);
    const listener = await Listener.connect(url, { reconnectPeriod: 0 });
    const { client } = listener;
    client.on('error', () => {});
    // Ready is said without a broker too: what shows the configuration takes orders.
    await listener.until(() => listener.payloads('config').length > 0);
    await client.publishAsync('zynqnet/board/command/restart', '{"id":1}', { qos: 1 });
    await until(() => systemd.count('READY=1') === 2 || !daemon.running);
    expect(daemon.running).toBe(true);
    expect(systemd.messages.some((line) => line.startsWith('RELOADING=1|MONOTONIC_USEC='))).toBe(true);
    expect(systemd.count('STOPPING=1')).toBe(0);
    await client.endAsync(true);
  });

  it('gets no sign of life while frames come and none gets through; the daemon then ends by itself', async () => {
    const systemd = await manager(join(folder, 'watchdog'));
    const program = fileURLToPath(new URL('../../endurance/daemon.mjs', import.meta.url));
    const config = {
      camera,
      model: { file: model },
      broker: { port: await freePort() },
      engine: { backend: 'faulty', recovery: { fallback: 'none', exit: false, stepSeconds: 0.1 } },
      limits: { preprocessMs: 2000, inferenceMs: 2000 },
    };
    const child = spawn(process.execPath, [program, JSON.stringify(config)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '', NOTIFY_SOCKET: systemd.socket, WATCHDOG_USEC: '12000000' },
    });
    undo.push(() => child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until(() => systemd.count('WATCHDOG=1') >= 2);
    child.send({ engine: 'dead' });
    expect(await ended).toBe(3);
    await until(() => systemd.count('STOPPING=1') > 0);
    const line = systemd.messages.findLast((message) => message.startsWith('STATUS='));
    expect(line).toMatch(/engine faulty failed.*alerts: .*engine/);
  });
});

describe.skipIf(!haveBuild)('from outside', () => {
  it('an engine that nothing helps ends the daemon, so that its supervisor starts it anew', async () => {
    const program = fileURLToPath(new URL('../../endurance/daemon.mjs', import.meta.url));
    const config = {
      camera,
      model: { file: model },
      broker: { port: await freePort() },
      engine: { backend: 'faulty', recovery: { fallback: 'none', stepSeconds: 0.1 } },
    };
    const child = spawn(process.execPath, [program, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    undo.push(() => child.kill('SIGKILL'));
    let log = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.once('message', resolve));
    child.send({ engine: 'dead' });
    expect(await ended).toBe(3);
    expect(log).toContain('no engine is left that works');
  });

  it('metrics are there for Prometheus', async () => {
    const port = await freePort();
    const { daemon } = await start([`metrics.port=${port}`, 'log.format=json']);
    await until(() => daemon.stdout.includes('metrics for Prometheus') || !daemon.running);
    const scrape = async () => parsePrometheus(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    const classified = (samples: Awaited<ReturnType<typeof scrape>>) =>
      samples.find(({ name }) => name === 'zynqnetd_frames_classified_total')?.value ?? 0;
    let samples = await scrape();
    while (classified(samples) < 5) samples = await scrape();
    const value = (name: string) => samples.find((one) => one.name === name)?.value;
    expect(value('zynqnetd_mqtt_connected')).toBe(1);
    expect(value('process_open_fds')).toBeGreaterThan(5);
    expect(samples.find(({ name }) => name === 'zynqnetd_info')?.labels).toMatchObject({ model: 'colours' });
  });

  it('log lines come on their topic, if that is wanted', async () => {
    const { url } = await start(['log.topic=info', 'device.id=board', 'publish.healthSeconds=1']);
    let listener: Listener | undefined;
    while (listener === undefined)
      listener = await Listener.connect(url, { reconnectPeriod: 0 }).catch(() => undefined);
    const { client } = listener;
    undo.push(() => client.endAsync(true));
    await client.publishAsync(
      'zynqnet/board/config/set',
      '{"id":1,"patch":{"camera":{"files":{"framesPerSecond":10}}}}',
    );
    await listener.until(() => (listener?.payloads('log').length ?? 0) > 0);
    const [line] = listener.payloads('log');
    expect(logPayload.parse(line)).toMatchObject({
      device: 'board',
      level: 'info',
      message: 'the camera delivers frames',
    });
  });
});
