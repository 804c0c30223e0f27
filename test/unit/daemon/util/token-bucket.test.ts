import { expect, it } from 'vitest';
import { TokenBucket } from '../../../../daemon/util/token-bucket.js';

const taken = (bucket: TokenBucket, atMs: number, count: number) =>
  Array.from({ length: count }, () => bucket.take(atMs)).filter(Boolean).length;

it('a token bucket lets a burst through, then the average, and counts what it refuses', () => {
  const bucket = new TokenBucket(() => 10, 2);
  expect(taken(bucket, 1000, 50)).toBe(20);
  expect(bucket.takeRefused()).toBe(30);
  expect(bucket.takeRefused()).toBe(0);
  expect(taken(bucket, 1500, 50)).toBe(5);
  expect(taken(bucket, 60_000, 50)).toBe(20);
});

it('a token bucket asks for its rate each time, holds at least one, and takes no harm from a time that runs back', () => {
  let rate = 0.1;
  const bucket = new TokenBucket(() => rate, 2);
  expect(taken(bucket, 1000, 3)).toBe(1);
  rate = 100;
  expect(taken(bucket, 500, 3)).toBe(0);
  expect(taken(bucket, 510, 3)).toBe(1);
});
