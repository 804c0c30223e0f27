import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boardConfig, doctor, FakeBoard, type Given } from '../support/board.js';

let board: FakeBoard;
beforeEach(() => {
  board = new FakeBoard();
});
afterEach(() => board.dispose());

const steps = (mqtt: object, given: Given = {}) =>
  doctor(board, { ...given, config: { ...boardConfig, ...given.config, mqtt }, only: ['broker', 'tls', 'login'] });

const failing = (error: unknown) => async () => {
  throw error;
};
const coded = (code: string | number, message = 'x') => Object.assign(new Error(message), { code });

describe('reaching it', () => {
  test.each([
    ['mqtt://b', 1883],
    ['mqtts://b', 8883],
    ['ws://b', 80],
    ['wss://b', 443],
    ['mqtt://b:5000', 5000],
    ['mqtt://[fe80::1]:1884', 1884],
  ])('%s is port %d', async (url, port) => {
    let asked: unknown[] = [];
    const reach = async (...args: unknown[]) => {
      asked = args;
      return 'x';
    };
    expect((await steps({ url }, { network: { reach } })).of('broker').state).toBe('ok');
    expect(asked.slice(0, 2)).toEqual([url.includes('fe80') ? 'fe80::1' : 'b', port]);
  });

  test.each([
    ['ECONNREFUSED', 'nobody listens there', /start the broker on b/],
    ['ENOTFOUND', 'no such host', /^getent hosts b$/],
    ['EAI_AGAIN', 'the name server does not answer', /^getent hosts b$/],
    ['ENETUNREACH', 'no way to that network', /^ip address/],
    ['ETIMEDOUT', 'no answer', /^ping -c 3 b$/],
    ['EWHATEVER', 'x', /^ping/],
  ])('%s', async (code, text, remedy) => {
    const found = await steps({ url: 'mqtts://b' }, { network: { reach: failing(coded(code)) } });
    expect(found.of('broker')).toMatchObject({ state: 'failed', found: expect.stringContaining(text) });
    expect(found.of('broker').remedy).toMatch(remedy);
    expect(found.of('login')).toMatchObject({ state: 'skipped', found: "'Broker' has failed" });
  });
});

describe('encryption', () => {
  const handshake = (error: unknown) => ({ network: { handshake: failing(error) } });

  test.each([
    ['CERT_NOT_YET_VALID', /^date; zynqnetd doctor --only time/],
    ['CERT_HAS_EXPIRED', /renew the broker's certificate/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /mqtt.tls.caFile/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /mqtt.tls.caFile/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /mqtt.tls.caFile/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /mqtt.tls.caFile/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /name in the certificate/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /usually 8883/],
    ['CONFIG_FILE', /zynqnetd config show/],
    ['EOTHER', /openssl s_client -connect b:8883/],
  ])('%s', async (code, remedy) => {
    const found = await steps({ url: 'mqtts://b' }, handshake(coded(code)));
    expect(found.of('tls').state).toBe('failed');
    expect(found.of('tls').remedy).toMatch(remedy);
  });

  test('a certificate that is soon over, and one that is not verified', async () => {
    const soon = new Date(Date.now() + 3 * 86_400_000).toUTCString();
    const network = { handshake: async () => ({ protocol: 'TLSv1.3', subject: 'b', validTo: soon }) };
    expect((await steps({ url: 'mqtts://b' }, { network })).of('tls')).toMatchObject({
      ...{ state: 'warning', found: expect.stringContaining('soon over') },
    });
    const careless = await steps({ url: 'wss://b', tls: { verify: false } });
    expect(careless.of('tls')).toMatchObject({ state: 'warning', remedy: 'set mqtt.tls.verify to true' });
  });

  test('none asked for', async () => {
    expect((await steps({ url: 'mqtt://b' })).of('tls').state).toBe('skipped');
  });
});

describe('login', () => {
  test.each([
    [5, 'u', 'correct mqtt.user and the file of mqtt.passwordFile'],
    [4, 'u', 'correct mqtt.user and the file of mqtt.passwordFile'],
    [135, null, 'set mqtt.user and mqtt.passwordFile'],
    [1, null, 'set mqtt.version to what the broker speaks'],
    ['CONFIG_FILE', 'u', 'zynqnetd config show'],
    [3, null, "look into the broker's log"],
  ])('reason %s', async (code, user, remedy) => {
    const network = { login: failing(coded(code, 'Connection refused')) };
    const found = await steps({ url: 'mqtt://b', user }, { network });
    expect(found.of('login')).toMatchObject({ state: 'failed', remedy, found: expect.stringContaining('refused') });
  });
});

describe('the embedded broker', () => {
  const own = (broker: object) => steps({ url: null }, { config: { broker } });

  test('needs nothing while it is local', async () => {
    const found = await own({});
    expect(found.states).toEqual({ broker: 'ok', tls: 'skipped', login: 'skipped' });
  });

  test('open to the network it needs a password', async () => {
    expect((await own({ host: '0.0.0.0' })).of('broker').state).toBe('failed');
    expect((await own({ host: '0.0.0.0', user: 'u', passwordFile: '/p' })).of('broker').state).toBe('ok');
  });
});
