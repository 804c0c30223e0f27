import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../../daemon/control/parse.js';
import { RequestError } from '../../../../daemon/control/reply.js';

/** The status code of the refusal, or the parsed message. */
function parsed(payload: string | Uint8Array, maxBytes = 10_000): unknown {
  try {
    return parseMessage(typeof payload === 'string' ? Buffer.from(payload) : payload, maxBytes);
  } catch (error) {
    if (error instanceof RequestError) return error.reply.code;
    throw error;
  }
}

describe('a message', () => {
  it.each([
    ['', {}],
    ['{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
    ['{"a":"]]]]}}}}[[[[{{{{"}', { a: ']]]]}}}}[[[[{{{{' }],
    ['{"a":"\\"{{{{\\\\"}', { a: '"{{{{\\' }],
    ['[]', 400],
    ['null', 400],
    ['5', 400],
    ['{', 400],
    ['{"__proto__":1}', 400],
    ['{"a":{"\\u005f\\u005fproto__":1}}', 400],
    ['{"a":[{"constructor":1}]}', 400],
    ['{"a":"__proto__"}', { a: '__proto__' }],
  ])('%s is %j', (text, result) => {
    expect(parsed(text)).toEqual(result);
  });

  it('is refused when it is too long, too deep, or not UTF-8', () => {
    expect(parsed('{"a":"aaaaaaaaaaaa"}', 10)).toBe(413);
    expect(parsed(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`)).toBe(400);
    expect(parsed(`${'{"a":'.repeat(31)}1${'}'.repeat(31)}`)).not.toBe(400);
    expect(parsed(Buffer.from([0x7b, 0x22, 0xc3, 0x22, 0x3a, 0x31, 0x7d]))).toBe(400);
  });

  it('never throws anything but a refusal, and never gives more than was sent', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parsed(bytes)));
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const result = parsed(text);
        if (typeof result === 'object') expect(result).toEqual(JSON.parse(text));
      }),
    );
  });
});
