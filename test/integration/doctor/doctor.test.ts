/** The command as a user runs it, and its network half against a real broker. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configSchema, type MqttConfig } from '../../../daemon/config/schema.js';
import { realNetwork } from '../../../daemon/doctor/broker-connection.js';
import { haveBuild, zynqnetd } from '../support/daemon-process.js';
import { freePort, haveMosquitto, Mosquitto, temporaryFolder } from '../support/mosquitto.js';

const folder = temporaryFolder('doctor');
const never = new AbortController().signal;
const mqtt = (config: object): MqttConfig => configSchema.parse({ mqtt: config }).mqtt;

interface Report {
  readonly summary: Record<string, number>;
  readonly checks: { id: string; state: string; found: string; mend?: string }[];
}

const report = async (
  ...args: string[]
): Promise<{ code: number | null; states: Record<string, string>; report: Report }> => {
  const ended = await zynqnetd('doctor', '--json', ...args);
  const parsed = JSON.parse(ended.stdout) as Report;
  const states = Object.fromEntries(parsed.checks.map(({ id, state }) => [id, state]));
  return { code: ended.code, states, report: parsed };
};

describe.skipIf(!haveBuild)('zynqnetd doctor', () => {
  test('on this machine: the program is sound, exit code 0', async () => {
    const { code, states } = await report('--patience', '10', '--set', 'camera.source=scene');
    expect(states).toMatchObject({
      ...{ config: 'ok', processor: 'ok', glibc: 'ok', node: 'ok', addon: 'ok', sharp: 'ok', model: 'ok' },
      ...{ camera: 'ok', broker: 'ok', storage: 'ok' },
    });
    expect(code).toBe(0);
  });

  test("a simulated accelerator gives the CPU's answer", async () => {
    const { code, states } = await report(
      '--patience',
      '10',
      '--only',
      'answer',
      '--set',
      'engine.backend=functional-sim-zybo',
    );
    expect(states).toEqual({ addon: 'ok', model: 'ok', answer: 'ok' });
    expect(code).toBe(0);
  });

  test('a broken configuration: exit code 1, every mistake, and the other checks all the same', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'camera:\n  source: telescope\nclassify:\n  topK: 0\n');
    const { code, report: told } = await report('-c', file, '--only', 'config,node');
    expect(code).toBe(1);
    expect(told.checks[0]).toMatchObject({ id: 'config', state: 'failed', mend: `zynqnetd config check -c ${file}` });
    expect(told.checks[0]?.found).toMatch(/camera\.source[\s\S]*classify\.topK/);
    expect(told.checks[1]?.state).toBe('ok');
  });

  test('the table, without colour in a pipe; unknown names are wrong usage', async () => {
    const table = await zynqnetd('doctor', '--only', 'node,broker');
    expect(table.stdout).toMatch(/^Program\n {2}ok {7}Node\.js/);
    expect(table.stdout).toContain('2 ok, 0 warnings, 0 failed, 0 skipped');
    expect(table.stdout).not.toContain('\x1b');
    const wrong = await zynqnetd('doctor', '--only', 'nonsense');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("no check is called 'nonsense'");
    expect((await zynqnetd('doctor', '--patience', '0')).code).toBe(2);
  });
});

describe('the network half', () => {
  test('reaches what listens, refuses what does not, gives up when told', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await realNetwork.reach('127.0.0.1', port, never)).toBe('127.0.0.1');
    server.close();
    await expect(realNetwork.reach('127.0.0.1', await freePort(), never)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test('a server that says nothing is given up', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    for (const attempt of [
      (signal: AbortSignal) => realNetwork.handshake('127.0.0.1', port, mqtt({}), signal),
      (signal: AbortSignal) => realNetwork.login(`mqtt://127.0.0.1:${port}`, mqtt({}), signal),
    ]) {
      const abort = new AbortController();
      const ended = expect(attempt(abort.signal)).rejects.toThrow();
      setTimeout(() => abort.abort(), 50);
      await ended;
    }
    server.close();
  });
});

describe.skipIf(!haveMosquitto)('a real broker', () => {
  let plain: Mosquitto;
  let secure: Mosquitto;
  beforeAll(async () => {
    plain = await Mosquitto.start({ users: { board: 'secret' } });
    secure = await Mosquitto.start({ transport: 'tls' });
  });
  afterAll(async () => {
    await plain.stop();
    await secure.stop();
  });

  test('credentials: right, wrong, none', async () => {
    const url = `mqtt://127.0.0.1:${plain.port}`;
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'secret\n');
    await realNetwork.login(url, mqtt({ url, user: 'board', passwordFile }), never);
    writeFileSync(passwordFile, 'wrong\n');
    await expect(realNetwork.login(url, mqtt({ url, user: 'board', passwordFile }), never)).rejects.toMatchObject({
      code: 5,
    });
    await expect(realNetwork.login(url, mqtt({ url }), never)).rejects.toMatchObject({ code: 5 });
    const absent = mqtt({ url, user: 'board', passwordFile: '/does/not/exist' });
    await expect(realNetwork.login(url, absent, never)).rejects.toMatchObject({ code: 'CONFIG_FILE' });
  });

  test('certificates: trusted, unknown, unchecked, and a port without any', async () => {
    const caFile = secure.file('ca.crt');
    const trusted = await realNetwork.handshake('127.0.0.1', secure.port, mqtt({ tls: { caFile } }), never);
    expect(trusted).toMatchObject({ protocol: 'TLSv1.3', subject: 'server' });
    expect(Date.parse(trusted.validTo)).toBeGreaterThan(Date.now());
    const unknown = realNetwork.handshake('127.0.0.1', secure.port, mqtt({}), never);
    await expect(unknown).rejects.toMatchObject({ code: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/) });
    await realNetwork.handshake('127.0.0.1', secure.port, mqtt({ tls: { verify: false } }), never);
    await expect(realNetwork.handshake('127.0.0.1', plain.port, mqtt({}), never)).rejects.toThrow();
    await realNetwork.login(`mqtts://127.0.0.1:${secure.port}`, mqtt({ tls: { caFile } }), never);
  });
});
