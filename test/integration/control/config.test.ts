import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { smallModel } from '../../support/small-model.js';
import { haveBuild } from '../support/daemon-process.js';
import { haveMosquitto } from '../support/mosquitto.js';
import { Boards } from './fixture.js';

// Each starts a daemon or two: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const boards = new Boards();
afterEach((context) => boards.stop(context));

describe.skipIf(!haveBuild || !haveMosquitto)('the configuration by message', () => {
  it('is published with its schema, changed, stored, and still there after a kill', async () => {
    const board = await boards.start();
    const { requester } = board;
    await requester.online();
    expect(requester.latest('config')).toMatchObject({ revision: 0, changes: {}, config: { classify: { topK: 5 } } });
    expect(requester.latest('config/schema').properties.classify.properties.topK).toMatchObject({
      effect: 'live',
      remote: true,
    });

    const answer = await requester.ask('config/set', { patch: { classify: { topK: 2, threshold: 0.7 } } });
    expect(answer).toMatchObject({
      status: 'ok',
      code: 200,
      revision: 1,
      effect: 'live',
      device: 'board',
      details: [],
    });
    await requester.until(() => requester.latest('config').revision === 1);
    expect(requester.latest('config')).toMatchObject({ changes: { classify: { topK: 2, threshold: 0.7 } } });
    await requester.until(() => requester.latest('result')?.top.length === 2);
    expect(JSON.parse(readFileSync(join(board.folder, 'state', 'overlay.json'), 'utf8')).revision).toBe(1);

    board.daemon.child.kill('SIGKILL');
    await board.daemon.ended;
    board.again();
    await requester.online();
    expect(requester.latest('config')).toMatchObject({ revision: 1, config: { classify: { topK: 2 } } });
  });

  it('answers what cannot be done with the code for it, every mistake listed, and changes nothing', async () => {
    const { requester } = await boards.start();
    await requester.online();
    const set = (patch: unknown, more = {}) => requester.ask('config/set', { patch, ...more });
    const wrong = await set({ classify: { topK: 0, threshold: 'high' }, camera: { source: 'toaster' } });
    expect(wrong).toMatchObject({ status: 'error', code: 400, effect: null });
    expect(wrong.details.map(({ path }) => path).sort()).toEqual([
      'camera.source',
      'classify.threshold',
      'classify.topK',
    ]);
    expect(await set({ mqtt: { url: 'mqtt://elsewhere' } })).toMatchObject({
      code: 403,
      details: [{ path: 'mqtt.url' }],
    });
    expect(await set({ camera: { v4l2: { device: '/dev/mem' } } })).toMatchObject({ code: 400 });
    expect(await set({ model: { file: '../../etc/passwd' } })).toMatchObject({ code: 400 });
    expect(await set({ model: { file: 'absent.zqn' } })).toMatchObject({ code: 400 });
    expect(await set({ camera: { http: { url: 'http://user:secret@camera/' } } })).toMatchObject({ code: 400 });
    expect(await set({ camera: { ffmpeg: { input: 'file:///etc/passwd' } } })).toMatchObject({ code: 400 });
    expect(await set({ clasify: { topK: 3 } })).toMatchObject({ code: 404, details: [{ path: 'clasify' }] });
    expect(await set({ classify: { topK: 3 } }, { revision: 7 })).toMatchObject({ code: 409, revision: 0 });
    expect(await set({ schedule: { timeZone: 'Mars' } })).toMatchObject({
      code: 400,
      details: [{ path: 'schedule.timeZone', message: 'given "Mars", no such time zone' }],
    });
    expect(await requester.ask('config/set')).toMatchObject({ details: [{ path: 'patch', message: 'is missing' }] });
    expect(await requester.ask('config/reset', { keys: ['classify.topk'] })).toMatchObject({
      code: 404,
      details: [{ path: 'classify.topk' }],
    });
    // What lacks something, or does not fit the model, is rolled back with the reason and without a wait.
    expect(await set({ camera: { source: 'files' } })).toMatchObject({
      code: 422,
      message: expect.stringContaining('camera.files.path'),
    });
    expect(await set({ model: { labels: ['one', 'two'] } })).toMatchObject({
      code: 422,
      message: expect.stringContaining('model.labels has 2 names, the model has 3 classes'),
    });
    expect(await set({ model: { labels: ['one', 'two', 'three'] } })).toMatchObject({ code: 200, revision: 1 });
    await requester.until(() => ['one', 'two', 'three'].includes(requester.latest('result')?.top[0].label));
    expect(await set([1])).toMatchObject({ code: 400, details: [{ path: 'patch' }] });
    expect(await requester.ask('config/set', { patch: {}, extra: 1 })).toMatchObject({
      code: 400,
      details: [{ path: 'extra' }],
    });
    const kept = { model: { labels: ['one', 'two', 'three'] } };
    expect(await requester.ask('config/get')).toMatchObject({ code: 200, revision: 1, data: { changes: kept } });

    expect(await requester.send('config/set', Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({ code: 400, id: null });
    expect(await requester.send('config/set', '{"id":1,"patch":{"__proto__":{"a":1}}}')).toMatchObject({ code: 400 });
    expect(await requester.send('config/set', '['.repeat(1000))).toMatchObject({ code: 400 });
    expect(await requester.send('config/set', 'x'.repeat(200_000))).toMatchObject({ code: 413 });
    expect(requester.latest('config')).toMatchObject({ revision: 1, changes: kept });
  });

  it('takes back a change that gives no healthy frames, without losing the connection', async () => {
    const { requester, daemon } = await boards.start('remote.trialSeconds=1', 'publish.healthSeconds=1');
    await requester.online();
    const dead = await requester.ask('config/set', {
      patch: { camera: { source: 'http', http: { url: 'http://127.0.0.1:9/' } } },
    });
    expect(dead).toMatchObject({ status: 'error', code: 422, revision: 0, effect: 'pipeline' });
    expect(dead.message).toContain('rolled back: fewer than 3 healthy frames within 1 s');
    const outside = await requester.ask('config/set', {
      patch: { preprocess: { region: { x: 9000, y: 0, width: 100, height: 100 } } },
    });
    expect(outside).toMatchObject({ code: 422, revision: 0, effect: 'live' });
    const before = requester.heard.length;
    await requester.until(
      () => requester.heard.slice(before).filter(({ topic }) => topic.endsWith('/result')).length > 3,
    );
    expect(requester.latest('config')).toMatchObject({ revision: 0, config: { camera: { source: 'scene' } } });
    await requester.until(() => requester.latest('health') !== undefined);
    expect(requester.latest('health').mqtt).toMatchObject({ connects: 1 });
    expect(daemon.running).toBe(true);
  });

  it('switches camera and model under way, and goes back by rollback and reset', async () => {
    const { requester, folder } = await boards.start(`model.folder=${tmp()}`);
    await requester.online();
    const models = requester.latest('config').config.model.folder;
    writeFileSync(join(models, 'other.zqn'), smallModel({ name: 'other' }));
    expect(folder).not.toBe(models);
    const set = await requester.ask('config/set', {
      patch: { model: { file: 'other.zqn' }, camera: { name: 'gate', scene: { seed: 5 } } },
    });
    expect(set).toMatchObject({ code: 200, effect: 'pipeline', revision: 1 });
    await requester.until(
      () => requester.latest('result')?.model.name === 'other' && requester.latest('result').camera === 'gate',
    );
    expect(requester.latest('info')).toMatchObject({ model: { name: 'other' }, camera: { name: 'gate' } });
    expect(await requester.ask('config/set', { patch: { classify: { topK: 1 } } })).toMatchObject({ revision: 2 });
    expect(await requester.ask('config/rollback')).toMatchObject({ code: 200, revision: 3 });
    await requester.until(() => requester.latest('config').revision === 3);
    expect(requester.latest('config').config).toMatchObject({ classify: { topK: 5 }, camera: { name: 'gate' } });
    expect(await requester.ask('config/reset', { keys: ['camera.name'] })).toMatchObject({ code: 200, revision: 4 });
    expect(await requester.ask('config/reset')).toMatchObject({ code: 200, revision: 5 });
    await requester.until(() => requester.latest('config').revision === 5);
    expect(requester.latest('config').changes).toEqual({});
    await requester.until(() => requester.latest('result').model.name === 'colours');
  });

  it('answers on the MQTT 5 response topic, obeys its groups, and ignores retained messages', async () => {
    const board = await boards.start();
    const { requester } = board;
    await requester.client.publishAsync(
      'zynqnet/board/config/set',
      JSON.stringify({ patch: { classify: { topK: 9 } } }),
      {
        qos: 1,
        retain: true,
      },
    );
    await requester.online();
    const direct = await requester.send('config/set', JSON.stringify({ id: 7, patch: { classify: { topK: 3 } } }));
    expect(direct).toMatchObject({ id: 7, code: 200, revision: 1 });
    const group = await requester.ask('config/set', { patch: { classify: { topK: 4 } } }, 'zynqnet/group/test/');
    expect(group).toMatchObject({ code: 200, revision: 2, device: 'board' });
    expect(requester.latest('config').config.classify.topK).toBe(4);
  });

  it('refuses what comes too fast, and says so', async () => {
    const { requester } = await boards.start('remote.messagesPerSecond=2');
    await requester.online();
    const answers = await Promise.all(Array.from({ length: 12 }, () => requester.ask('config/get')));
    const codes = answers.map(({ code }) => code);
    expect(codes.filter((code) => code === 200).length).toBeGreaterThanOrEqual(4);
    expect(codes.filter((code) => code === 429).length).toBeGreaterThan(0);
  });

  it('does not take in what is far too long, and says that it is', async () => {
    const { requester, daemon } = await boards.start('mqtt.version="3.1.1"', 'publish.healthSeconds=1');
    await requester.online();
    const huge = Buffer.alloc(30_000_000, ' ');
    await requester.client.publishAsync('zynqnet/board/config/set', huge, { qos: 1 });
    await requester.until(() => requester.answers().some(({ code }) => code === 413));
    expect(await requester.ask('config/get')).toMatchObject({ code: 200 });
    const from = requester.heard.length;
    await requester.until(() => requester.heard.slice(from).some(({ topic }) => topic.endsWith('/health')));
    expect(requester.latest('health').mqtt.connects).toBe(1);
    expect(daemon.running).toBe(true);
  });

  it('restarts for a change that needs it, and confirms it afterwards', async () => {
    const { requester, daemon } = await boards.start();
    await requester.online();
    const session = requester.latest('status').session;
    const from = requester.heard.length;
    const answer = await requester.ask('config/set', { patch: { mqtt: { keepaliveSeconds: 17 } } });
    expect(requester.answers(from).map(({ code }) => code)).toEqual([202, 200]);
    expect(answer).toMatchObject({ code: 200, revision: 1, effect: 'process' });
    expect(requester.latest('status').session).not.toBe(session);
    expect(requester.latest('config')).toMatchObject({ revision: 1, config: { mqtt: { keepaliveSeconds: 17 } } });
    expect(daemon.running).toBe(true); // no supervisor here: the same process
    expect((await daemon.stop()).code).toBe(0);
  });

  it('takes back a change that needs a restart when the start does not become healthy, or dies', async () => {
    // A camera that is gone when the daemon starts anew.
    const board = await boards.start('remote.trialSeconds=2');
    const { requester, folder } = board;
    await requester.online();
    board.daemon.child.kill('SIGKILL');
    await board.daemon.ended;
    const staged = {
      overlay: { revision: 1, patch: { mqtt: { keepaliveSeconds: 19 }, camera: { source: 'files' } } },
      answer: { id: 'sick', responseTopic: 'answers/late', correlationData: Buffer.from('c').toString('base64') },
    };
    const trial = join(folder, 'state', 'trial.json');
    writeFileSync(trial, JSON.stringify({ state: 'staged', ...staged }));
    board.again();
    const answer = await requester.answerTo('sick');
    expect(answer).toMatchObject({ code: 422, revision: 0, effect: 'process' });
    expect(answer.message).toContain('fewer than 3 healthy frames within 2 s of the start');
    await requester.until(() => requester.heard.some(({ topic }) => topic === 'answers/late'));
    await requester.online();
    expect(requester.latest('config')).toMatchObject({ revision: 0, config: { mqtt: { keepaliveSeconds: 30 } } });

    board.daemon.child.kill('SIGKILL');
    await board.daemon.ended;
    const dead = { ...staged, state: 'started', answer: { id: 'dead' } };
    writeFileSync(trial, JSON.stringify(dead));
    board.again();
    expect((await requester.answerTo('dead')).message).toContain('the daemon ended before it was healthy');
    expect(requester.latest('config')).toMatchObject({ revision: 0 });
  });
});

function tmp(): string {
  return mkdtempSync(join(tmpdir(), 'zynqnetd-models-'));
}
