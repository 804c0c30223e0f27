import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactText, userInfoOf } from '../../../../daemon/util/redact.js';

describe('the published configuration', () => {
  it.each([
    ['mqtt://user:pass@host:1883', 'mqtt://***@host:1883'],
    ['http://camera/snap?user=a&password=b', 'http://camera/snap?user=a&password=***'],
    ['rtsp://:secret@camera/1', 'rtsp://***@camera/1'],
    ['https://user@[bad', 'https://***@[bad'],
    ['mqtt://me:a/b@broker', 'mqtt://***@broker'],
    ['http://camera/stream', 'http://camera/stream'],
    ['http://camera/@stream', 'http://camera/@stream'],
    ['plain text', 'plain text'],
  ])('shows %s as %s', (given, shown) => {
    expect(redact({ a: [{ b: given }] })).toEqual({ a: [{ b: shown }] });
  });

  it('hides the values of keys that are named like secrets, but not the paths of files', () => {
    expect(redact({ apiKey: 'abc', userToken: 'def', passwordFile: '/etc/pw', tokens: 3 })).toEqual({
      apiKey: '***',
      userToken: '***',
      passwordFile: '/etc/pw',
      tokens: 3,
    });
  });
});

describe('text', () => {
  it.each([
    ['connect to mqtt://me:pa$s@w0rd@broker:1883 failed', 'connect to mqtt://***@broker:1883 failed'],
    ['rtsp://admin:hunter2@10.0.0.2/stream', 'rtsp://***@10.0.0.2/stream'],
    ['rtsp://a:b@one/1, rtsp://c:d@two/2', 'rtsp://***@one/1, rtsp://***@two/2'],
    ['{"user":"me","password":"hun\\"ter2","port":1}', '{"user":"me","password":"***","port":1}'],
    ['{"msg":"got {\\"apiToken\\":\\"abc\\"} back"}', '{"msg":"got {\\"apiToken\\":\\"***\\"} back"}'],
    ['{"url":"http://camera/1?pwd=abc","n":1}', '{"url":"http://camera/1?pwd=***","n":1}'],
    ['url?token=abc&x=1, password: hunter2', 'url?token=***, password: ***'],
    ['http://camera/1?authcode=abc', 'http://camera/1?authcode=***'],
    ['Authorization: Basic aHVudGVyMg==', 'Authorization: Basic ***'],
    ['{"passwordFile":"/etc/zynqnetd/password"}', '{"passwordFile":"/etc/zynqnetd/password"}'],
    ['mqtt.passwordFile: it cannot be read', 'mqtt.passwordFile: it cannot be read'],
    ['authentication failed: not authorized', 'authentication failed: not authorized'],
    ['x-1.rtsp://a:b@one', 'x-1.rtsp://***@one'],
    ['1rtsp://a:b@one', '1rtsp://***@one'],
    ['a frame was given up at 12:00', 'a frame was given up at 12:00'],
  ])('%s becomes %s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it('is searched for secrets that are known, too', () => {
    const known = userInfoOf('rtsp://admin:hunter2@camera/1');
    expect(redactText('no access for admin:hunter2', known)).toBe('no access for ***');
    expect(userInfoOf('rtsp://camera/1')).toEqual([]);
  });

  it('that is JSON stays JSON', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('password', 'token: ', 'secret="', 'a://b:c@d', 'a://b/c?auth=', '\\"password\\":\\"'),
    );
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text), fc.dictionary(text, text))), (record) => {
        JSON.parse(redactText(JSON.stringify(record)));
        JSON.parse(redactText(JSON.stringify({ msg: JSON.stringify(record) })));
      }),
      { numRuns: 2000 },
    );
  });
});
