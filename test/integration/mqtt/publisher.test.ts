import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventPayload, resultPayload, type StatusPayload } from '../../../daemon/mqtt/topics/payloads.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Listener, until } from '../support/listener.js';
import { freePort, haveMosquitto, Mosquitto } from '../support/mosquitto.js';
import { event, makePublisher, result } from './fixture.js';

// A broker or two for each, and real time limits: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function later<T extends { stop(timeoutMs: number): Promise<unknown> }>(thing: T): T {
  undo.push(() => thing.stop(500));
  return thing;
}

async function listen(url: string, options = {}): Promise<Listener> {
  const listener = await Listener.connect(url, options);
  undo.push(() => listener.close());
  return listener;
}

const sequences = (listener: Listener) =>
  listener.payloads<{ sequence: number }>('event').map(({ sequence }) => sequence);
const states = (listener: Listener) => listener.payloads<StatusPayload>('status').map(({ state }) => state);

// One suite, run over both protocol versions: what holds for one must hold for the other.
describe.skipIf(!haveMosquitto).each(['3.1.1', '5'])('publishing with MQTT %s', (version) => {
  describe.each(['tcp', 'tls', 'websocket'] as const)('over %s', (transport) => {
    it('says init, online and stopped, and delivers results and events as the catalogue says', async () => {
      const broker = later(await Mosquitto.start({ transport, requireClientCertificate: transport === 'tls' }));
      const scheme = { tcp: 'mqtt', tls: 'mqtts', websocket: 'ws' }[transport];
      const [caFile, certFile, keyFile] = ['ca.crt', 'client.crt', 'client.key'].map((name) => broker.file(name));
      const tls = transport === 'tls' ? { caFile, certFile, keyFile } : {};
      const url = `${scheme}://127.0.0.1:${broker.port}`;
      const { publisher } = makePublisher(url, { version, tls });
      const { readFileSync } = await import('node:fs');
      const credentials =
        transport === 'tls'
          ? { ca: readFileSync(caFile ?? ''), cert: readFileSync(certFile ?? ''), key: readFileSync(keyFile ?? '') }
          : {};
      const listener = await listen(url, credentials);
      publisher.start();
      await listener.until(() => states(listener).includes('init'));
      publisher.setState('online');
      publisher.publishResult(result(7));
      publisher.publishEvent(event(1));
      await listener.until(() => sequences(listener).length === 1 && listener.payloads('result').length === 1);
      await publisher.stop(2000);
      await listener.until(() => states(listener).includes('stopped'));
      expect(states(listener)).toEqual(['init', 'online', 'stopped']);
      expect(resultPayload.parse(listener.payloads('result')[0])).toEqual(result(7));
      expect(eventPayload.parse(listener.payloads('event')[0])).toEqual(event(1));
    });
  });

  it('starts without a broker, keeps events (not results) and delivers them in order once there is one', async () => {
    const port = await freePort();
    const { publisher } = makePublisher(`mqtt://127.0.0.1:${port}`, { version, eventQueueLength: 5 });
    publisher.start();
    undo.push(() => publisher.stop(500));
    for (let n = 1; n <= 8; n += 1) publisher.publishEvent(event(n));
    publisher.publishResult(result(1));
    await until(() => publisher.stats().mqtt.lastError !== null);
    expect(publisher.stats().events).toEqual({ published: 0, queued: 5, dropped: 3 });
    expect(publisher.stats().results.dropped).toBe(1);
    const broker = later(await Mosquitto.start());
    const proxyPort = broker.port;
    // The broker comes up on the port that was dead until now.
    const { connect, createServer } = await import('node:net');
    const relay = createServer((socket) =>
      socket
        .pipe(connect(proxyPort, '127.0.0.1').on('error', () => {}))
        .pipe(socket)
        .on('error', () => {}),
    );
    const listener = await listen(`mqtt://127.0.0.1:${broker.port}`);
    relay.listen(port, '127.0.0.1');
    undo.push(() => relay.close());
    await listener.until(() => sequences(listener).length >= 5);
    expect(sequences(listener)).toEqual([4, 5, 6, 7, 8]);
    expect(listener.payloads('result')).toEqual([]);
  });

  it('comes back after the broker was killed and started again, with its retained state', async () => {
    const broker = later(await Mosquitto.start());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const { publisher } = makePublisher(url, { version });
    publisher.start();
    undo.push(() => publisher.stop(500));
    publisher.retain('info', { hello: 'world' });
    publisher.setState('online');
    await until(() => publisher.stats().mqtt.state === 'online');
    await broker.kill();
    await until(() => publisher.stats().mqtt.state !== 'online');
    publisher.publishEvent(event(1));
    await broker.launch();
    await until(() => publisher.stats().mqtt.state === 'online' && publisher.stats().events.queued === 0);
    const listener = await listen(url);
    await listener.until(() => listener.payloads('info').length > 0 && states(listener).length > 0);
    expect(states(listener)).toEqual(['online']);
    expect(publisher.stats().events).toEqual({ published: 1, queued: 0, dropped: 0 });
    expect(publisher.stats().mqtt.reconnectsLastHour).toBe(1);
  });

  it('sends what is retained while it greets the broker once, not a second time with the rest', async () => {
    const broker = later(await Mosquitto.start());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const { publisher } = makePublisher(url, { version });
    const listener = await listen(url);
    for (let n = 0; n < 30; n += 1) publisher.retain(`alert/${n}`, { n });
    publisher.start();
    undo.push(() => publisher.stop(500));
    await listener.until(() => listener.payloads('alert/0').length > 0);
    publisher.retain('info', { hello: 'late' });
    publisher.retain('alert/29', { n: 'changed' });
    await listener.until(() => listener.payloads('alert/28').length > 0);
    await publisher.send('zynqnet/board-1/end', '{}', { qos: 1, retain: false });
    await listener.until(() => listener.payloads('end').length > 0);
    expect(listener.payloads('info')).toEqual([{ hello: 'late' }]);
    expect(listener.payloads('alert/29')).toEqual([{ n: 'changed' }]);
  });

  it('notices a broker that is frozen, and recovers when it thaws', async () => {
    const broker = later(await Mosquitto.start());
    const { publisher } = makePublisher(`mqtt://127.0.0.1:${broker.port}`, { version });
    publisher.start();
    undo.push(() => publisher.stop(500));
    await until(() => publisher.stats().mqtt.state === 'online');
    broker.signal('SIGSTOP');
    publisher.publishEvent(event(1));
    await until(() => publisher.stats().mqtt.state !== 'online');
    for (let frame = 0; frame < 100; frame += 1) publisher.publishResult(result(frame));
    expect(publisher.stats().results.dropped).toBeGreaterThanOrEqual(100 - 16);
    broker.signal('SIGCONT');
    await until(() => publisher.stats().events.queued === 0);
    expect(publisher.stats().mqtt.state).toBe('online');
  });

  it('keeps trying when its credentials are refused, and gets in once they are right', async () => {
    const broker = later(await Mosquitto.start({ users: { daemon: 'right' } }));
    const passwordFile = broker.file('password');
    writeFileSync(passwordFile, 'wrong\n');
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const { publisher, logged } = makePublisher(url, { version, user: 'daemon', passwordFile });
    publisher.start();
    undo.push(() => publisher.stop(500));
    await until(() => /not authori[sz]ed/i.test(publisher.stats().mqtt.lastError ?? ''));
    await until(() => logged.filter((line) => line.includes('still cannot connect to the broker')).length >= 3);
    // The same reason over and over is one warning.
    expect(logged.filter((line) => line.includes('"level":40'))).toHaveLength(1);
    writeFileSync(passwordFile, 'right\n');
    await until(() => publisher.stats().mqtt.state === 'online');
  });

  it('delivers each event at least once and in order when connections break in the middle of messages', async () => {
    const broker = later(await Mosquitto.start());
    const proxy = later(await FaultProxy.start(broker.port));
    const { publisher } = makePublisher(`mqtt://127.0.0.1:${proxy.port}`, { version });
    const listener = await listen(`mqtt://127.0.0.1:${broker.port}`);
    publisher.start();
    undo.push(() => publisher.stop(500));
    const wanted = Array.from({ length: 60 }, (_, index) => index + 1);
    for (const sequence of wanted) {
      // Odd byte counts: cuts fall into headers, topics and payloads alike.
      if (sequence % 10 === 0) proxy.cutAfter(37 * sequence + sequence / 10);
      publisher.publishEvent(event(sequence));
      if (sequence % 10 === 5) await until(() => publisher.stats().events.queued < 3);
    }
    await until(() => publisher.stats().events.queued === 0);
    await listener.until(() => new Set(sequences(listener)).size === wanted.length);
    const firstArrivals = [...new Set(sequences(listener))];
    expect(firstArrivals).toEqual(wanted);
    expect(proxy.connections).toBeGreaterThan(2);
  });

  it('replaces a connection on which everything has gone silent', async () => {
    const broker = later(await Mosquitto.start());
    const proxy = later(await FaultProxy.start(broker.port));
    const { publisher } = makePublisher(`mqtt://127.0.0.1:${proxy.port}`, { version });
    publisher.start();
    undo.push(() => publisher.stop(500));
    await until(() => publisher.stats().mqtt.state === 'online');
    proxy.stall();
    await until(() => publisher.stats().mqtt.state !== 'online');
    proxy.unstall();
    await until(() => publisher.stats().mqtt.state === 'online');
    expect(publisher.stats().mqtt.connects).toBe(2);
  });

  it("sets its status right when an old session's will arrives late", async () => {
    const broker = later(await Mosquitto.start());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const { publisher } = makePublisher(url, { version });
    const listener = await listen(url);
    publisher.start();
    undo.push(() => publisher.stop(500));
    publisher.setState('online');
    await listener.until(() => states(listener).includes('online'));
    const will = JSON.stringify({ state: 'offline', session: 'an older one' });
    await listener.client.publishAsync('zynqnet/board-1/status', will, { retain: true, qos: 1 });
    await listener.until(() => states(listener).at(-1) === 'online' && states(listener).includes('offline'));
  });

  it('leaves its will when it vanishes without a goodbye', async () => {
    const broker = later(await Mosquitto.start());
    const proxy = later(await FaultProxy.start(broker.port));
    const { publisher } = makePublisher(`mqtt://127.0.0.1:${proxy.port}`, { version });
    const listener = await listen(`mqtt://127.0.0.1:${broker.port}`);
    publisher.start();
    publisher.setState('online');
    await listener.until(() => states(listener).includes('online'));
    const stopping = proxy.stop();
    await listener.until(() => states(listener).at(-1) === 'offline');
    await publisher.stop(200);
    await stopping;
  });

  it('keeps results to their rate', async () => {
    const broker = later(await Mosquitto.start());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const more = { publish: { maxResultsPerSecond: 0.01 } };
    const { publisher } = makePublisher(url, { version }, 'session-1', more);
    publisher.start();
    undo.push(() => publisher.stop(500));
    await until(() => publisher.stats().mqtt.state === 'online');
    for (let frame = 0; frame < 10; frame += 1) publisher.publishResult(result(frame));
    await until(() => publisher.stats().results.published === 1);
    expect(publisher.stats().results).toEqual({ published: 1, skipped: 9, dropped: 0 });
  });
});
