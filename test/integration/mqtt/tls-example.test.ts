import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAsync, type IClientOptions } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Listener } from '../support/listener.js';
import { freePort, haveMosquitto } from '../support/mosquitto.js';
import { event, makePublisher } from './fixture.js';

// Each starts brokers or daemons: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

// docs/mosquitto-tls.md's own files: what is tested is what people copy.
const example = (name: string) => fileURLToPath(new URL(`../../../deploy/mosquitto/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-tls-'));
const own = join(folder, 'own');
const strange = join(folder, 'strange');

function certificates(where: string, ...args: string[]): string {
  return execFileSync(example('make-certificates.sh'), [where, ...args], { encoding: 'utf8' });
}

function identity(name: string, where = own): IClientOptions {
  const read = (file: string) => readFileSync(join(where, file));
  return { ca: readFileSync(join(own, 'ca.crt')), cert: read(`${name}.crt`), key: read(`${name}.key`) };
}

const tlsOf = (name: string | null, where = own) => ({
  caFile: join(own, 'ca.crt'),
  ...(name === null ? {} : { certFile: join(where, `${name}.crt`), keyFile: join(where, `${name}.key`) }),
});

const undo: (() => Promise<unknown>)[] = [];
let url: string;
let broker: ChildProcess;

async function startBroker(): Promise<void> {
  const port = await freePort();
  url = `mqtts://localhost:${port}`;
  const text = readFileSync(example('mosquitto.conf'), 'utf8')
    .replaceAll('/etc/mosquitto/zynqnetd', own)
    .replace('/var/lib/mosquitto/', `${folder}/`)
    .replace('listener 8883', `listener ${port} localhost`);
  writeFileSync(join(own, 'acl'), readFileSync(example('acl')));
  writeFileSync(join(folder, 'mosquitto.conf'), process.getuid?.() === 0 ? `user root\n${text}` : text);
  broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
  });
  for (;;) {
    if (broker.exitCode !== null) throw new Error(`mosquitto does not start with the example: ${broker.exitCode}`);
    const client = await connectAsync(url, { ...identity('fleet'), reconnectPeriod: 0 }).catch(() => undefined);
    if (client !== undefined) return client.endAsync(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.skipIf(!haveMosquitto)('the example of a broker with TLS, certificates and ACLs', () => {
  beforeAll(async () => {
    certificates(own, 'authority');
    certificates(own, 'broker', 'localhost', '127.0.0.1');
    for (const name of ['board-1', 'board-2', 'fleet', 'homeassistant']) certificates(own, 'client', name);
    certificates(strange, 'authority');
    certificates(strange, 'client', 'board-1');
    await startBroker();
  }, 60_000);
  afterAll(() => broker?.kill('SIGKILL'));
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  function board(tls: Record<string, unknown>) {
    const made = makePublisher(url, { tls });
    undo.push(() => made.publisher.stop(500));
    made.publisher.start();
    return { ...made, state: () => made.publisher.stats().mqtt };
  }

  async function listener(name: string): Promise<Listener> {
    const made = await Listener.connect(url, identity(name));
    undo.push(() => made.close());
    return made;
  }

  async function refusal(tls: Record<string, unknown>): Promise<string | null> {
    const { state } = board(tls);
    while (state().lastError === null) await new Promise((resolve) => setTimeout(resolve, 20));
    return state().lastError;
  }

  it('lets a board with the right certificate in', async () => {
    const people = await listener('fleet');
    const { publisher } = board(tlsOf('board-1'));
    publisher.publishEvent(event(1));
    await people.until(() => people.payloads('event').length === 1);
    expect(people.messages.map(({ topic }) => topic)).toEqual(
      expect.arrayContaining(['zynqnet/board-1/status', 'zynqnet/board-1/event']),
    );
  });

  it('refuses one without, one of another authority, and one that does not know the broker, each in words', async () => {
    expect(await refusal(tlsOf(null))).toContain('set mqtt.tls.certFile and mqtt.tls.keyFile');
    expect(await refusal(tlsOf('board-1', strange))).toContain("does not accept this device's certificate");
    const { certFile, keyFile } = tlsOf('board-1') as { certFile: string; keyFile: string };
    expect(await refusal({ certFile, keyFile })).toContain('set mqtt.tls.caFile');
  });

  it('gives each board its own topics and no others', async () => {
    const people = await listener('fleet');
    const second = await listener('board-2');
    const first = await connectAsync(url, identity('board-1'));
    undo.push(() => first.endAsync(true));
    for (const name of ['board-2', 'board-1']) {
      await first.publishAsync(`zynqnet/${name}/event`, name, { qos: 1 });
      await first.publishAsync(`zynqnet/${name}/config/set`, name, { qos: 1 });
    }
    await first.publishAsync('zynqnet/group/north/config/set', 'of board-1', { qos: 1 });
    await people.client.publishAsync('zynqnet/group/north/config/set', 'of people', { qos: 1 });
    await people.client.publishAsync('zynqnet/board-1/config/set', 'of people', { qos: 1 });
    await people.client.publishAsync('zynqnet/board-2/config/set', 'of people', { qos: 1 });
    await second.until(() => second.messages.length >= 2);
    const seen = () => people.messages.filter(({ topic }) => !topic.endsWith('/status'));
    await people.until(() => seen().length >= 5);
    expect(second.messages.map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
      'zynqnet/group/north/config/set of people',
      'zynqnet/board-2/config/set of people',
    ]);
    expect(seen().map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
      'zynqnet/board-1/event board-1',
      'zynqnet/board-1/config/set board-1',
      'zynqnet/group/north/config/set of people',
      'zynqnet/board-1/config/set of people',
      'zynqnet/board-2/config/set of people',
    ]);
  });

  it('makes certificates that nobody can overwrite by mistake, or name as they should not', () => {
    expect(() => certificates(own, 'authority')).toThrow('is there already');
    expect(() => certificates(own, 'client', 'board-1')).toThrow('is there already');
    expect(() => certificates(own, 'client', 'board/#')).toThrow('becomes part of topics');
  });
});
