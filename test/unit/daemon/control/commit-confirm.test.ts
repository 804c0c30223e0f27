import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../daemon/camera/frame.js';
import { CandidateFile } from '../../../../daemon/config/candidate-file.js';
import { MemoryOverlay } from '../../../../daemon/config/overlay.js';
import { ConfigStore } from '../../../../daemon/config/store.js';
import { CommitConfirm } from '../../../../daemon/control/commit-confirm.js';
import { FrameWatch } from '../../../../daemon/control/frame-watch.js';
import { type Reply, RequestError } from '../../../../daemon/control/reply.js';
import type { ResultPayload } from '../../../../daemon/mqtt/topics/payloads.js';

const nobody = { id: 'test' };

/** CommitConfirm over a store in memory; the test gives the frames. */
function make(
  storage = new MemoryOverlay(),
  more: { candidateFile?: CandidateFile; settled?: () => Promise<void> } = {},
) {
  const base = { remote: { trialSeconds: 1, trialFrames: 2 } };
  const store = new ConfigStore(base, storage, 'test', more.candidateFile);
  const frames = new FrameWatch();
  const seen = { holdOpen: [] as boolean[], restarts: [] as string[], alerts: ['camera'] };
  const commitConfirm = new CommitConfirm({
    store,
    frames,
    settled: more.settled ?? (async () => {}),
    model: () => 'sha',
    alerts: () => seen.alerts.map((id) => ({ id, message: 'not right' })),
    holdOpen: (held) => void seen.holdOpen.push(held),
    decided: () => {},
    restart: (reason) => void seen.restarts.push(reason),
    checkRestart: () => {},
    log: pino({ level: 'silent' }),
  });
  const frame = (sha256 = 'sha', capturedMs = performance.now()) =>
    frames.result({ model: { sha256 } } as ResultPayload, { capturedMs } as Frame);
  const set = (patch: Record<string, unknown>) =>
    outcome(() => commitConfirm.run(() => store.proposeRemote(patch), nobody));
  return { store, commitConfirm, frame, set, seen };
}

async function outcome(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RequestError) return error.reply;
    throw error;
  }
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a trial', () => {
  it('is confirmed by frames that were taken after the change and answered by the model in service', async () => {
    const { store, frame, set, seen } = make();
    frame();
    const before = performance.now();
    const reply = set({ classify: { topK: 2 } });
    await soon();
    for (let count = 0; count < 5; count += 1) frame('sha', before); // captured too early
    for (let count = 0; count < 5; count += 1) frame('another'); // another model's
    expect(await Promise.race([reply, soon()])).toBeUndefined();
    frame();
    frame();
    expect(await reply).toMatchObject({ code: 200, revision: 1, effect: 'live' });
    expect(store.patch).toEqual({ classify: { topK: 2 } });
    expect(seen.holdOpen).toEqual([true, false]);
  });

  it('is rolled back when no frames come where there were some', async () => {
    const { store, frame, set, seen } = make();
    frame();
    const message = 'rolled back: fewer than 2 healthy frames within 1 s';
    expect(await set({ classify: { topK: 2 } })).toMatchObject({ code: 422, revision: 0, effect: 'live', message });
    expect(store.config.classify.topK).toBe(5);
    // What has gone wrong meanwhile is the reason; what was wrong before is none.
    frame();
    const bad = set({ preprocess: { region: { x: 9000, y: 0, width: 10, height: 10 } } });
    await soon();
    seen.alerts.push('preprocess', 'disk');
    expect(await bad).toMatchObject({ code: 422, message: `${message}; not right` });
  });

  it('needs no frames for a live key while there are none anyway, but always for the camera', async () => {
    const { set } = make();
    expect(await set({ log: { level: 'debug' } })).toMatchObject({ code: 200, revision: 1 });
    expect(await set({ camera: { scene: { seed: 2 } } })).toMatchObject({ code: 422, revision: 1 });
  });

  it('is rolled back when it raises an alert, frames or not; one that was up before is none of its own', async () => {
    const { frame, set, seen } = make();
    frame();
    const good = set({ classify: { topK: 2 } });
    await soon();
    frame();
    frame();
    expect(await good).toMatchObject({ code: 200 });
    const bad = set({ engine: { backend: 'fpga' } });
    await soon();
    seen.alerts.push('engine');
    frame();
    frame();
    expect(await bad).toMatchObject({ code: 422, message: 'rolled back: it raised an alert, engine: not right' });
  });

  it('is rolled back at once when it cannot be put into effect', async () => {
    let calls = 0;
    const settled = async () => {
      calls += 1;
      if (calls === 1) throw new Error('no such model');
    };
    const { set } = make(new MemoryOverlay(), { settled });
    expect(await set({ engine: { threads: 1 } })).toMatchObject({ code: 422, message: 'rolled back: no such model' });
  });

  it('is rolled back when it cannot be stored: the disk is full', async () => {
    class FullDisk extends MemoryOverlay {
      override write(): void {
        throw new Error('ENOSPC: no space left on device');
      }
    }
    const { store, set } = make(new FullDisk());
    const reply = await set({ log: { level: 'debug' } });
    expect(reply).toMatchObject({ code: 507, message: expect.stringContaining('ENOSPC') });
    expect(store.config.log.level).toBe('info');
    expect(store.revision).toBe(0);
  });

  it('waits for the one before it, so that each starts from what is kept; too many at a time are refused', async () => {
    const { store, frame, set } = make();
    frame();
    const timer = setInterval(frame, 5);
    const replies = Array.from({ length: 20 }, (_, index) => set({ classify: { topK: index + 10 } }));
    const codes = (await Promise.all(replies)).map(({ code }) => code);
    clearInterval(timer);
    expect(codes).toEqual([...Array(12).fill(200), ...Array(8).fill(429)]);
    expect(store.config.classify.topK).toBe(21);
    expect(store.revision).toBe(12);
  });

  it('that is cut off by the end of the daemon is not kept', async () => {
    const { store, commitConfirm, frame, set } = make();
    frame();
    const reply = set({ classify: { topK: 2 } });
    await soon();
    commitConfirm.close();
    expect(await reply).toMatchObject({ code: 422 });
    expect(store.patch).toEqual({});
  });
});

describe('a trial through a restart', () => {
  const keepalive = { mqtt: { keepaliveSeconds: 12 } };

  function restartable() {
    const candidateFile = new CandidateFile(mkdtempSync(join(tmpdir(), 'zynqnetd-trial-')));
    return { candidateFile, storage: new MemoryOverlay() };
  }

  it('is stored for the next start, which confirms it', async () => {
    const { candidateFile, storage } = restartable();
    const first = make(storage, { candidateFile });
    first.frame();
    expect(await first.set(keepalive)).toMatchObject({ code: 202, effect: 'process' });
    expect(first.seen.restarts).toHaveLength(1);
    expect(first.store.config.mqtt.keepaliveSeconds).toBe(30);
    expect(await first.set({ log: { level: 'debug' } })).toMatchObject({ code: 503 });

    const second = make(storage, { candidateFile });
    expect(second.store.config.mqtt.keepaliveSeconds).toBe(12);
    const confirmed = second.commitConfirm.confirmStart(() => true);
    second.frame();
    second.frame();
    expect(await confirmed).toMatchObject({ requester: nobody, reply: { code: 200, revision: 1 } });
    expect(make(storage, { candidateFile }).store.config.mqtt.keepaliveSeconds).toBe(12);
  });

  it('is given one start only', async () => {
    const { candidateFile, storage } = restartable();
    await make(storage, { candidateFile }).set(keepalive);
    expect(make(storage, { candidateFile }).store.config.mqtt.keepaliveSeconds).toBe(12); // and dies
    const third = make(storage, { candidateFile });
    expect(third.store.config.mqtt.keepaliveSeconds).toBe(30);
    const reported = await third.commitConfirm.confirmStart(() => true);
    expect(reported?.reply).toMatchObject({ code: 422, revision: 0 });
    expect(await make(storage, { candidateFile }).commitConfirm.confirmStart(() => true)).toBeUndefined();
  });

  it('is rolled back without a connection, and needs no frames where none came before', async () => {
    const { candidateFile, storage } = restartable();
    await make(storage, { candidateFile }).set(keepalive);
    const second = make(storage, { candidateFile });
    expect(await second.commitConfirm.confirmStart(() => false)).toBeUndefined();
    expect(second.seen.restarts[0]).toContain('no connection');
    expect(make(storage, { candidateFile }).store.config.mqtt.keepaliveSeconds).toBe(30);
    candidateFile.clear();
    await make(storage, { candidateFile }).set(keepalive);
    expect(await make(storage, { candidateFile }).commitConfirm.confirmStart(() => true)).toMatchObject({
      reply: { code: 200 },
    });
  });

  it('is refused where nothing can be stored', async () => {
    expect(await make().set(keepalive)).toMatchObject({
      code: 507,
      message: expect.stringContaining('device.stateFolder'),
    });
  });
});
