import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../../daemon/config/load.js';
import { mqttOptions } from '../../../../../daemon/mqtt/connection/mqtt-options.js';
import { EmbeddedBroker } from '../../../../../daemon/mqtt/embedded-broker.js';

const will = { topic: 't', payload: '{}' };
const mqtt = (keys: object) => checkConfig({ mqtt: keys }).mqtt;

describe('options of an attempt to connect', () => {
  it('carry a retained will at QoS 1, a clean session and the protocol version', () => {
    expect(mqttOptions(mqtt({ version: '5' }), 'id', will)).toMatchObject({
      clientId: 'id',
      clean: true,
      protocolVersion: 5,
      rejectUnauthorized: true,
      will: { topic: 't', payload: Buffer.from('{}'), qos: 1, retain: true },
    });
    expect(mqttOptions(mqtt({}), 'id', will).protocolVersion).toBe(4);
  });

  it("read the password's first line anew each time", () => {
    const passwordFile = join(mkdtempSync(join(tmpdir(), 'zynqnetd-mqtt-')), 'password');
    const config = mqtt({ user: 'me', passwordFile });
    writeFileSync(passwordFile, 'one\r\nnot this\n');
    expect(mqttOptions(config, 'id', will)).toMatchObject({ username: 'me', password: 'one' });
    writeFileSync(passwordFile, 'two');
    expect(mqttOptions(config, 'id', will).password).toBe('two');
  });

  it('name the file that cannot be read', () => {
    const config = mqtt({ tls: { caFile: '/no/such/ca.crt' } });
    expect(() => mqttOptions(config, 'id', will)).toThrow(/\/no\/such\/ca\.crt/);
  });
});

describe('the embedded broker', () => {
  const broker = (keys: object) => EmbeddedBroker.start(checkConfig({ broker: keys }).broker);

  it.each(['0.0.0.0', '::', '192.168.1.5', 'board.local'])(
    'does not open itself on %s without a password',
    async (host) => {
      await expect(broker({ host })).rejects.toMatchObject({ code: 'BROKER_OPEN' });
      await expect(broker({ host, user: 'me' })).rejects.toMatchObject({ code: 'BROKER_OPEN' });
    },
  );

  it('takes the next free port when its own is taken', async () => {
    const first = await broker({ port: 18_830 });
    const second = await broker({ port: first.port });
    expect(second.port).toBeGreaterThan(first.port);
    expect(second.url).toBe(`mqtt://127.0.0.1:${second.port}`);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('lets in only who knows the password', async () => {
    const { connectAsync } = await import('mqtt');
    const passwordFile = join(mkdtempSync(join(tmpdir(), 'zynqnetd-broker-')), 'password');
    writeFileSync(passwordFile, 'secret\n');
    const running = await broker({ port: 18_850, user: 'me', passwordFile });
    const tries: [string, string, boolean][] = [
      ['me', 'secret', true],
      ['me', 'wrong', false],
      ['you', 'secret', false],
    ];
    for (const [username, password, allowed] of tries) {
      const attempt = connectAsync(running.url, { username, password, reconnectPeriod: 0 }, false);
      if (allowed) await (await attempt).endAsync(true);
      else await expect(attempt).rejects.toThrow(/not authori[sz]ed|bad user/i);
    }
    await running.stop();
  });
});
