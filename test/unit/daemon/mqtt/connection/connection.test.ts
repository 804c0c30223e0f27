import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '../../../../../daemon/mqtt/connection/connection.js';
import type { BrokerSession, SessionEvents } from '../../../../../daemon/mqtt/connection/session.js';

const session: BrokerSession = {
  publish: async () => {},
  subscribe: async () => [],
  end: async () => {},
};
const times = { connectTimeoutMs: 1000, silenceMs: 8000, backoffMinMs: 1000, backoffMaxMs: 60_000 };

/** A network in the test's hands: each attempt shows up in `attempts`. */
function setUp(random = () => 1) {
  const attempts: { events: SessionEvents; dropped: boolean }[] = [];
  const seen: string[] = [];
  const connection = new Connection(
    (events) => {
      const attempt = { events, dropped: false };
      attempts.push(attempt);
      return () => {
        attempt.dropped = true;
      };
    },
    times,
    {
      online: () => seen.push('online'),
      offline: (reason) => seen.push(reason),
      message: ({ topic }) => seen.push(`message on ${topic}`),
    },
    random,
  );
  /** Lets time pass until the next attempt has begun; returns the seconds that took. */
  const next = () => {
    const [count, startMs] = [attempts.length, performance.now()];
    while (attempts.length === count) vi.advanceTimersByTime(100);
    return Math.round((performance.now() - startMs) / 1000);
  };
  const last = () => attempts[attempts.length - 1] as (typeof attempts)[number];
  return { connection, attempts, last, next, seen };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the supervised connection', () => {
  it('tries for ever, each time with a new client, waiting longer up to the ceiling', () => {
    const { connection, attempts, last, next } = setUp();
    connection.start();
    const waits: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      last().events.lost('connection refused');
      waits.push(next());
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
    expect(attempts.slice(0, -1).every(({ dropped }) => dropped)).toBe(true);
  });

  it('spreads its attempts over the whole wait (full jitter)', () => {
    const { connection, attempts, last } = setUp(() => 0.25);
    connection.start();
    last().events.lost('x');
    vi.advanceTimersByTime(249);
    expect(attempts).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(attempts).toHaveLength(2);
  });

  it('gives up an attempt that gets no answer', () => {
    const { connection, attempts, seen } = setUp();
    connection.start();
    vi.advanceTimersByTime(1000);
    expect(connection.state).toBe('waiting');
    expect(attempts[0]?.dropped).toBe(true);
    expect(seen).toEqual(['no answer within 1 s']);
  });

  it('gives up a connection on which nothing is heard any more', () => {
    const { connection, last, seen } = setUp();
    connection.start();
    last().events.online(session);
    for (let n = 0; n < 10; n += 1) {
      vi.advanceTimersByTime(4000);
      last().events.heard();
    }
    expect(connection.state).toBe('online');
    vi.advanceTimersByTime(12_000);
    expect(seen.slice(0, 2)).toEqual(['online', expect.stringMatching(/nothing heard/)]);
  });

  it('is quick again after a connection that held, but not after one that was dropped at once', () => {
    const { connection, last, next } = setUp();
    connection.start();
    for (let n = 0; n < 6; n += 1) {
      last().events.lost('x');
      next();
    }
    last().events.online(session);
    last().events.lost('dropped at once');
    expect(next()).toBe(60);
    last().events.online(session);
    for (let n = 0; n < 4; n += 1) {
      vi.advanceTimersByTime(4000);
      last().events.heard();
    }
    last().events.lost('held for a while');
    expect(next()).toBe(1);
  });

  it('ignores what an abandoned attempt still says', () => {
    const { connection, attempts, seen } = setUp();
    connection.start();
    attempts[0]?.events.lost('refused');
    vi.advanceTimersByTime(1000);
    attempts[0]?.events.online(session);
    attempts[0]?.events.message({ topic: 'late', payload: Buffer.of(), retain: false });
    attempts[0]?.events.lost('again');
    expect(connection.state).toBe('connecting');
    expect(seen).toEqual(['refused']);
  });

  it('counts reconnects of the last hour only', () => {
    const { connection, last, next } = setUp();
    connection.start();
    for (let n = 0; n < 3; n += 1) {
      if (n > 0) next();
      last().events.online(session);
      last().events.lost('x');
    }
    expect(connection.stats()).toMatchObject({ connects: 3, reconnectsLastHour: 2 });
    vi.advanceTimersByTime(2 * 3_600_000);
    expect(connection.stats()).toMatchObject({ connects: 3, reconnectsLastHour: 0 });
  });

  it.each(['connecting', 'online', 'waiting'] as const)('stops for good while %s', async (state) => {
    const { connection, attempts, last } = setUp();
    connection.start();
    if (state === 'online') last().events.online(session);
    if (state === 'waiting') last().events.lost('x');
    expect(connection.state).toBe(state);
    await connection.stop(100);
    expect(connection.state).toBe('stopped');
    const count = attempts.length;
    last().events.lost('late');
    vi.advanceTimersByTime(1_000_000);
    expect(attempts).toHaveLength(count);
    expect(last().dropped).toBe(true);
  });
});
