import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ConfigStore } from '../../../../daemon/config/store.js';
import { CommitConfirm } from '../../../../daemon/control/commit-confirm.js';
import { ConfigTopics } from '../../../../daemon/control/config-topics.js';
import { FrameWatch } from '../../../../daemon/control/frame-watch.js';
import { Inbox } from '../../../../daemon/control/inbox.js';

/** The topics over a store in memory, and a broker that hands each request over and keeps the answers. */
function make(base: Record<string, unknown> = {}) {
  const store = new ConfigStore(base);
  const handlers = new Map<string, (message: never) => void>();
  const answers: Record<string, unknown>[] = [];
  const log = pino({ level: 'silent' });
  const inbox = new Inbox({
    wire: {
      topic: (name) => `zynqnet/board/${name}`,
      listen: (filter, handler) => void handlers.set(filter, handler),
      send: async (_, payload) => answers.push(JSON.parse(String(payload))) > 0,
    },
    device: 'board',
    baseTopic: 'zynqnet',
    groups: [],
    maxPayloadBytes: 10_000,
    messagesPerSecond: () => 1000,
    log,
  });
  const commitConfirm = new CommitConfirm({
    store,
    frames: new FrameWatch(),
    settled: async () => {},
    model: () => undefined,
    alerts: () => [],
    holdOpen: () => {},
    decided: () => {},
    restart: () => {},
    checkRestart: () => {},
    log,
  });
  new ConfigTopics({ inbox, store, commitConfirm, retain: () => {} }).start();
  const ask = async (name: string, body: unknown) => {
    const topic = `zynqnet/board/config/${name}`;
    handlers.get(topic)?.({ topic, payload: Buffer.from(JSON.stringify(body)), retain: false } as never);
    await expect.poll(() => answers.length).toBe(1);
    return answers.pop();
  };
  return { store, ask };
}

describe('the configuration by message', () => {
  it('accepts an older name, and says in the answer what the name is now', async () => {
    const { store, ask } = make();
    const message = 'is called engine.recovery.fallback since version 0.2.0; the old name is still accepted';
    expect(await ask('set', { patch: { engine: { recovery: { standIn: 'none' } } } })).toMatchObject({
      code: 200,
      revision: 1,
      details: [{ path: 'engine.recovery.standIn', message }],
    });
    expect(store.config.engine.recovery.fallback).toBe('none');
    expect(await ask('set', { patch: { engine: { recovery: { fallback: 'none' } } } })).toMatchObject({ details: [] });
  });

  it('resets a key by its older name, one by its own, or all; an unknown one is an error', async () => {
    const { store, ask } = make();
    const patch = { engine: { recovery: { fallback: 'none' } }, classify: { topK: 2, margin: 0.3 } };
    expect(await ask('set', { patch })).toMatchObject({ code: 200 });
    expect(await ask('reset', { keys: ['engine.recovery.standIn'] })).toMatchObject({ code: 200, details: [] });
    expect(store.patch).toEqual({ engine: { recovery: {} }, classify: { topK: 2, margin: 0.3 } });
    expect(await ask('reset', { keys: ['classify.margin'] })).toMatchObject({ code: 200 });
    expect(store.patch).toEqual({ engine: { recovery: {} }, classify: { topK: 2 } });
    expect(await ask('reset', { keys: ['classify.topk'] })).toMatchObject({
      code: 404,
      details: [{ path: 'classify.topk', message: 'unknown key' }],
    });
    expect(store.config.classify.topK).toBe(2);
    expect(await ask('reset', {})).toMatchObject({ code: 200 });
    expect(store.patch).toEqual({});
  });
});
