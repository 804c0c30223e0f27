import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Inbox, route, type Wire } from '../../../../daemon/control/inbox.js';
import { filterMatches } from '../../../../daemon/mqtt/connection/filters.js';
import type { Incoming, PublishOptions } from '../../../../daemon/mqtt/connection/session.js';

interface Sent {
  readonly topic: string;
  readonly payload: Record<string, unknown>;
  readonly options: PublishOptions;
}

/** An inbox at a wire of the test's own. */
function make({ perSecond = 1000, slow = false } = {}) {
  const sent: Sent[] = [];
  const listeners: [string, (message: Incoming) => void][] = [];
  const wire: Wire = {
    topic: (name) => `zynqnet/board/${name}`,
    listen: (filter, handler) => void listeners.push([filter, handler]),
    send: (topic, payload, options) => {
      sent.push({ topic, payload: JSON.parse(String(payload)), options });
      return slow ? new Promise(() => {}) : Promise.resolve(true);
    },
  };
  const inbox = new Inbox({
    wire,
    device: 'board',
    baseTopic: 'zynqnet',
    groups: ['north'],
    maxPayloadBytes: 1000,
    messagesPerSecond: () => perSecond,
    log: pino({ level: 'silent' }),
  });
  const give = async (topic: string, body: object | string = {}, more: Partial<Incoming> = {}) => {
    const payload = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    for (const [filter, handler] of listeners) {
      if (filterMatches(filter, topic)) handler({ topic, payload, retain: false, ...more });
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { inbox, sent, give };
}

const echo = route({ say: z.string() }, ({ body }) => ({ code: 200, data: body.say }));

describe('the inbox', () => {
  it('answers each request once, for the device and its groups', async () => {
    const { inbox, sent, give } = make();
    inbox.on('config/echo', 'config/response', echo);
    await give('zynqnet/board/config/echo', { id: 1, say: 'a' });
    await give('zynqnet/group/north/config/echo', { id: 'b', say: 'b' });
    await give('zynqnet/group/south/config/echo', { id: 'c', say: 'c' });
    expect(sent.map(({ topic, payload }) => [topic, payload.id, payload.data])).toEqual([
      ['zynqnet/board/config/response', 1, 'a'],
      ['zynqnet/board/config/response', 'b', 'b'],
    ]);
  });

  it('passes over what the broker had retained', async () => {
    const { inbox, sent, give } = make();
    inbox.on('config/echo', 'config/response', echo);
    await give('zynqnet/board/config/echo', { say: 'old' }, { retain: true });
    expect(sent).toEqual([]);
    expect(inbox.stats().retained).toBe(1);
  });

  it('answers on the response topic with the correlation data, except where that would be an order', async () => {
    const { inbox, sent, give } = make();
    inbox.on('config/echo', 'config/response', echo);
    const ask = (responseTopic: string) =>
      give('zynqnet/board/config/echo', { say: 'x' }, { responseTopic, correlationData: Buffer.from('c') });
    await ask('answers/me');
    expect(sent.at(-1)).toMatchObject({ topic: 'answers/me', options: { correlationData: Buffer.from('c') } });
    const forbidden = [
      'zynqnet/board/config/set',
      'zynqnet/other/command/restart',
      'zynqnet/group/north/config/reset',
      'zynqnet/other/model/chunk/a/1',
      '$SYS/x',
      'a/+/b',
      'a/#',
      'x'.repeat(600),
    ];
    const before = sent.length;
    for (const topic of forbidden) await ask(topic);
    expect(sent.slice(before).map(({ topic }) => topic)).toEqual(forbidden.map(() => 'zynqnet/board/config/response'));
  });

  it('answers what it does not know, and does not answer itself', async () => {
    const { inbox, sent, give } = make();
    inbox.onAll('command', 'command/response', new Map([['echo', echo]]));
    await give('zynqnet/board/command/nonsense', { id: 1 });
    await give('zynqnet/board/command/echo', { id: 2, say: 'x', more: 1 });
    await give('zynqnet/board/command/response', { id: 3 });
    expect(sent.map(({ payload }) => [payload.id, payload.code])).toEqual([
      [1, 404],
      [2, 400],
    ]);
    expect(sent[1]?.payload.details).toEqual([{ path: 'more', message: 'unknown key' }]);
  });

  it('turns a handler that fails into an answer', async () => {
    const { inbox, sent, give } = make();
    const broken = route({}, () => {
      throw new Error('out of order');
    });
    inbox.on('config/broken', 'config/response', broken);
    await give('zynqnet/board/config/broken', { id: 1 });
    expect(sent[0]?.payload).toMatchObject({ id: 1, status: 'error', code: 500, message: 'out of order' });
  });

  it('refuses what comes too fast, and more work than it can do at a time', async () => {
    const fast = make({ perSecond: 2 });
    fast.inbox.on('config/echo', 'config/response', echo);
    for (let id = 0; id < 10; id += 1) await fast.give('zynqnet/board/config/echo', { id, say: 'x' });
    const codes = fast.sent.map(({ payload }) => payload.code);
    expect(codes).toEqual([200, 200, 200, 200, ...Array(6).fill(429)]);
    expect(fast.sent.at(-1)?.payload.id).toBe(9);

    const busy = make();
    busy.inbox.on(
      'config/wait',
      'config/response',
      route({}, () => new Promise(() => {})),
    );
    for (let id = 0; id < 20; id += 1) await busy.give('zynqnet/board/config/wait', { id });
    expect(busy.sent.map(({ payload }) => payload.code)).toEqual(Array(4).fill(429));
  });

  it('does not pile up answers that the broker does not take', async () => {
    const { inbox, sent, give } = make({ perSecond: 100_000, slow: true });
    inbox.on('config/echo', 'config/response', echo);
    for (let id = 0; id < 400; id += 1) await give('zynqnet/board/config/echo', { id, say: 'x' });
    expect(sent).toHaveLength(256);
    expect(inbox.stats().unanswered).toBe(144);
  });
});
