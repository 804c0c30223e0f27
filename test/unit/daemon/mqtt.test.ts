import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockWatch } from '../../../daemon/monitoring/clock.js';
import { deviceId } from '../../../daemon/mqtt/device-id.js';
import { EventQueue } from '../../../daemon/mqtt/publisher/event-queue.js';
import { RateLimit } from '../../../daemon/mqtt/publisher/rate-limit.js';

const file = (contents: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'zynqnetd-parts-')), 'file');
  writeFileSync(path, contents);
  return path;
};

describe('the event queue', () => {
  it('delivers in order, each at least once, whatever fails, and counts what it dropped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        async (luck, capacity) => {
          const queue = new EventQueue<number>(capacity);
          const arrived: number[] = [];
          let next = 0;
          const deliver = async (item: number) => {
            if (luck[next++ % luck.length] === false) throw new Error('lost');
            arrived.push(item);
          };
          for (let item = 0; item < 20; item += 1) {
            queue.push(item);
            if (item % 3 === 0) await queue.drain(deliver);
          }
          const { published, queued, dropped } = queue.stats();
          expect(published + queued + dropped).toBe(20);
          expect(queued).toBeLessThanOrEqual(capacity);
          expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
          expect(arrived).toHaveLength(published);
        },
      ),
    );
  });

  it('keeps an item until its delivery is acknowledged, and runs one delivery at a time', async () => {
    const queue = new EventQueue<string>(10);
    queue.push('a');
    let acknowledge = () => {};
    const draining = queue.drain(() => new Promise((resolve) => (acknowledge = resolve)));
    expect(await queue.drain(async () => {})).toBe(false);
    expect(queue.stats()).toEqual({ published: 0, queued: 1, dropped: 0 });
    acknowledge();
    expect(await draining).toBe(true);
    expect(queue.stats()).toEqual({ published: 1, queued: 0, dropped: 0 });
  });
});

describe('the rate limit', () => {
  it('lets the right number through, from a regular and from an irregular stream', () => {
    for (const step of [7, 33, 100, 250]) {
      const limit = new RateLimit();
      let passed = 0;
      for (let now = 0; now < 100_000; now += step) if (limit.allows(5, now)) passed += 1;
      expect(passed / 100).toBeCloseTo(Math.min(5, 1000 / step), 0);
    }
  });

  it('has no burst after a silence', () => {
    const limit = new RateLimit();
    limit.allows(1, 0);
    const passed = [60_000, 60_001, 60_002, 60_003].filter((now) => limit.allows(1, now));
    expect(passed).toHaveLength(1);
  });
});

describe('the device id', () => {
  it('is short, stays the same for a machine, and does not give the machine id away', () => {
    const machine = file('0123456789abcdef0123456789abcdef\n');
    expect(deviceId([machine])).toMatch(/^[0-9a-f]{10}$/);
    expect(deviceId([machine])).toBe(deviceId(['/does/not/exist', machine]));
    expect(deviceId([machine])).not.toBe(deviceId([file('ffffffffffffffffffffffffffffffff')]));
    expect('0123456789abcdef0123456789abcdef').not.toContain(deviceId([machine]));
    expect(deviceId(['/does/not/exist'])).toMatch(/^[0-9a-f]{10}$/);
  });
});

describe('the clock', () => {
  it('counts as set when a sign of it is there, asked for at most once a second', () => {
    const watch = new ClockWatch(['/does/not/exist']);
    expect(watch.synchronized(0)).toBe(false);
    const sign = join(mkdtempSync(join(tmpdir(), 'zynqnetd-clock-')), 'synchronized');
    const other = new ClockWatch([sign]);
    expect(other.synchronized(0)).toBe(false);
    writeFileSync(sign, '');
    expect(other.synchronized(999)).toBe(false);
    expect(other.synchronized(1000)).toBe(true);
  });
});
