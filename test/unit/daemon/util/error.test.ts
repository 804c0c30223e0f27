import { describe, expect, it } from 'vitest';
import { codeOf, messageOf, ZynqnetError } from '../../../../daemon/util/error.js';

describe('what an error says', () => {
  it.each([
    [new Error('broken'), 'broken'],
    [new ZynqnetError('CAMERA_LOST', 'gone'), 'gone'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new AggregateError([new Error('first'), new Error('second')]), 'first'],
    [new AggregateError([], 'all failed'), 'all failed'],
    [new RangeError(), 'RangeError'],
  ])('%o: %s', (error, message) => {
    expect(messageOf(error)).toBe(message);
  });

  it('has a code only where there is one', () => {
    expect(codeOf(new ZynqnetError('CAMERA_LOST', 'gone'))).toBe('CAMERA_LOST');
    expect([codeOf(new Error('x')), codeOf({ code: 5 }), codeOf(null), codeOf('text')]).toEqual(
      Array(4).fill(undefined),
    );
  });
});
