import { describe, expect, it } from 'vitest';
import { redact } from '../../../../daemon/util/redact-config.js';

describe('the published configuration', () => {
  it.each([
    ['mqtt://user:pass@host:1883', 'mqtt://***:***@host:1883'],
    ['http://camera/snap?user=a&password=b', 'http://camera/snap?user=a&password=***'],
    ['rtsp://:secret@camera/1', 'rtsp://:***@camera/1'],
    ['https://user@[bad', 'https://***@[bad'],
    ['http://camera/stream', 'http://camera/stream'],
    ['plain text', 'plain text'],
  ])('shows %s as %s', (given, shown) => {
    expect(redact({ a: [{ b: given }] })).toEqual({ a: [{ b: shown }] });
  });
});
