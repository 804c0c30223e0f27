import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { digestOf, generateKeys, signDigest } from '../../../daemon/updates/signature.js';
import { smallModel } from '../../support/small-model.js';
import { haveBuild, zynqnetd } from '../support/daemon-process.js';
import { haveMosquitto, Mosquitto, temporaryFolder } from '../support/mosquitto.js';
import { type Board, Boards } from './fixture.js';

// Each starts a daemon or two: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const boards = new Boards();
const undo: (() => Promise<unknown>)[] = [];
afterEach(async (context) => {
  await boards.stop(context);
  for (const step of undo.splice(0)) await step();
});

const keys = generateKeys();
const keysFolder = temporaryFolder('keys');
beforeAll(() => writeFileSync(join(keysFolder, 'release.pem'), keys.publicPem));

/** A model of some size, and the message that announces it. */
function signedModel(name: string, { classes = 2000, key = keys.privatePem } = {}) {
  const file = smallModel({ name, classes });
  const digest = digestOf(file);
  return { file, digest, message: { ...digest, ...{ signature: signDigest(digest, key).signature } } };
}

type Signed = ReturnType<typeof signedModel>;

const start = (...settings: string[]) =>
  boards.start(`update.keysFolder=${keysFolder}`, 'remote.chunksPerSecond=10000', ...settings);

async function sendChunks(board: Board, { file, digest }: Signed, chunks: number[], chunkBytes = 1024, root?: string) {
  for (const chunk of chunks) {
    const part = file.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes);
    await board.requester.client.publishAsync(
      `${root ?? board.requester.root}model/chunk/${digest.sha256}/${chunk}`,
      part,
      {
        qos: 1,
      },
    );
  }
}

const shuffled = (count: number) =>
  Array.from({ length: count }, (_, index) => index).sort((a, b) => ((a * 7919) % 101) - ((b * 7919) % 101));

const chunksOf = ({ file }: Signed) => Math.ceil(file.length / 1024);

/** Announces a model, sends all of it, and waits for the end of it. */
async function install(board: Board, model: Signed, more = {}) {
  const id = `install-${model.digest.sha256.slice(0, 8)}-${Math.random()}`;
  const from = board.requester.heard.length;
  const body = JSON.stringify({ id, ...model.message, chunkBytes: 1024, ...more });
  await board.requester.client.publishAsync('zynqnet/board/command/model/install', body, { qos: 1 });
  await board.requester.until(() => board.requester.answers(from).some((answer) => answer.id === id));
  const first = board.requester.answers(from).find((answer) => answer.id === id);
  if (first?.code !== 202) return first;
  await sendChunks(board, model, shuffled(chunksOf(model)));
  return board.requester.answerTo(id, from);
}

const status = (board: Board) => board.requester.latest('model/status');

describe.skipIf(!haveBuild || !haveMosquitto)('models by message', () => {
  it('are received in any order, checked, tried, switched to between two frames, and the one before is kept', async () => {
    const board = await start('camera.scene.framesPerSecond=20');
    const { requester } = board;
    await requester.online();
    expect(status(board)).toMatchObject({ state: 'active', active: { name: 'colours' }, installed: [] });
    const first = signedModel('first');
    const from = requester.heard.length;
    expect(await install(board, first)).toMatchObject({ code: 200, message: 'installed', data: { name: 'first' } });
    await requester.until(() => status(board).state === 'active' && status(board).active.name === 'first');
    const told = requester.heard.slice(from).filter(({ topic }) => topic.endsWith('model/status'));
    const states = told.map(({ payload }) => JSON.parse(payload.toString()).state);
    expect([...new Set(states)].slice(0, 3)).toEqual(['downloading', 'verifying', 'activating']);

    // No frame was lost by the switch: their numbers have no gap, and each was answered by one model or the other.
    await requester.until(() => requester.latest('result').model.name === 'first');
    const results = requester.heard.slice(from).filter(({ topic }) => topic === 'zynqnet/board/result');
    const frames = results.map(({ payload }) => JSON.parse(payload.toString()));
    const order = frames.map(({ model }) => model.name);
    expect(order).toEqual([...order].sort()); // all of one, then all of the other
    const at = order.indexOf('first');
    const around = frames.slice(Math.max(0, at - 3), at + 1).map(({ frame }) => frame);
    expect(around).toEqual(around.map((_, index) => (around[0] ?? 0) + index));

    expect(await install(board, signedModel('second'))).toMatchObject({ code: 200 });
    await requester.until(() => status(board).active.name === 'second');
    const list = await requester.ask('command/model/list');
    expect(list.data.installed).toMatchObject([
      { name: 'second', active: true, previous: false },
      { name: 'first', active: false, previous: true },
    ]);
    const remove = (model: string) => requester.ask('command/model/remove', { model });
    expect(await remove(first.digest.sha256)).toMatchObject({ code: 409 });
    expect(await requester.ask('command/model/activate', { model: 'previous' })).toMatchObject({
      code: 200,
      effect: 'pipeline',
    });
    await requester.until(() => requester.latest('result').model.name === 'first');
    expect(await requester.ask('command/model/activate', { model: 'built-in' })).toMatchObject({ code: 200 });
    await requester.until(() => requester.latest('result').model.name === 'roadsigns');
    const second = status(board).installed.find(({ name }: { name: string }) => name === 'second');
    expect(await remove(second.file)).toMatchObject({ code: 200 });
    expect(await remove(second.file)).toMatchObject({ code: 404 });
  });

  it('go on after a kill where they were, and say what is missing', async () => {
    const board = await start();
    const { requester } = board;
    await requester.online();
    const model = signedModel('resumed');
    const body = JSON.stringify({ id: 'kept', ...model.message, chunkBytes: 1024 });
    await requester.client.publishAsync('zynqnet/board/command/model/install', body, { qos: 1 });
    await requester.until(() => status(board)?.state === 'downloading');
    const half = Math.floor(chunksOf(model) / 2);
    await sendChunks(
      board,
      model,
      Array.from({ length: half }, (_, index) => index),
    );
    // In a pause all that has come is brought to the disk, and told of.
    await requester.until(() => status(board).missing[0]?.[0] === half);
    board.daemon.child.kill('SIGKILL');
    await board.daemon.ended;
    board.again();
    await requester.online();
    await requester.until(() => status(board)?.state === 'downloading');
    expect(status(board).percent).toBeGreaterThanOrEqual(40);
    // Whoever asks again is told what is missing, and gets the outcome.
    const again = { id: 'again', ...model.message, chunkBytes: 1024 };
    await requester.client.publishAsync('zynqnet/board/command/model/install', JSON.stringify(again), { qos: 1 });
    await requester.until(() => requester.answers().some(({ id }) => id === 'again'));
    expect(requester.answers().find(({ id }) => id === 'again')).toMatchObject({ code: 202 });
    const [[first, last]] = status(board).missing;
    expect([first, last]).toEqual([half, chunksOf(model) - 1]);
    await sendChunks(
      board,
      model,
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    expect(await requester.answerTo('again')).toMatchObject({ code: 200, message: 'installed' });
    expect(status(board)).toMatchObject({ state: 'active', active: { name: 'resumed' } });
  });

  it('are refused when they are not signed by a trusted key, too large, or no model; what runs stays', async () => {
    const board = await start(`update.maxModelBytes=${signedModel('good').file.length + 500}`);
    const { requester } = board;
    await requester.online();
    const stranger = generateKeys();
    expect(await install(board, signedModel('strange', { key: stranger.privatePem }))).toMatchObject({ code: 403 });
    const good = signedModel('good');
    const tampered = { ...good, message: { ...good.message, bytes: good.message.bytes + 1 } };
    expect(await install(board, tampered)).toMatchObject({ code: 403 });
    expect(await install(board, signedModel('large', { classes: 4000 }))).toMatchObject({ code: 413 });
    const text = Buffer.from('no model at all '.repeat(200));
    const nonsense = {
      file: text,
      digest: digestOf(text),
      message: { ...digestOf(text), ...signDigest(digestOf(text), keys.privatePem) },
    };
    const { key: _, ...message } = nonsense.message;
    expect(await install(board, { ...nonsense, message })).toMatchObject({ code: 422 });
    expect(status(board)).toMatchObject({ state: 'failed', text: expect.stringMatching(/^failed: /) });
    // Right name, wrong bytes.
    const swapped = signedModel('swapped');
    const other = { ...swapped, file: Buffer.from(swapped.file).fill(7, 200, 300) };
    expect((await install(board, other))?.message).toContain('SHA-256');
    const nowhere = await requester.ask('command/model/install', {
      ...good.message,
      url: 'http://127.0.0.1/model.zqn',
    });
    expect(nowhere).toMatchObject({ code: 400, message: expect.stringContaining('only https') });
    expect(await requester.ask('command/model/activate', { model: '../../etc/passwd' })).toMatchObject({ code: 404 });
    expect(await requester.ask('command/model/cancel')).toMatchObject({ code: 404 });
    await requester.until(() => requester.latest('result').model.name === 'colours');
  });

  it('make room by removing old ones, never those in use; one at a time', async () => {
    const sizes = signedModel('aaaaa').file.length;
    const board = await start(`update.maxFolderBytes=${Math.floor(sizes * 3.5)}`);
    const { requester } = board;
    await requester.online();
    for (const name of ['aaaaa', 'bbbbb', 'ccccc', 'ddddd'])
      expect(await install(board, signedModel(name))).toMatchObject({ code: 200 });
    expect(status(board).installed.map(({ name }: { name: string }) => name)).toEqual(['ddddd', 'ccccc', 'bbbbb']);
    expect(await install(board, signedModel('large', { classes: 4000 }))).toMatchObject({ code: 507 });
    const waiting = signedModel('eeeee', { classes: 100 });
    await requester.client.publishAsync('zynqnet/board/command/model/install', JSON.stringify(waiting.message), {
      qos: 1,
    });
    await requester.until(() => status(board).state === 'downloading');
    expect(await install(board, signedModel('fffff', { classes: 100 }))).toMatchObject({ code: 409 });
    expect(await requester.ask('command/model/cancel')).toMatchObject({ code: 200 });
    await requester.until(() => status(board).state === 'failed');
  });

  it('are fetched by HTTPS with redirects and broken connections, from allowed hosts only', async () => {
    const model = signedModel('fetched', { classes: 4000 });
    const certificates = await Mosquitto.start({ transport: 'tls' });
    undo.push(() => certificates.stop());
    const asked: string[] = [];
    const server: Server = createServer(
      { key: readFileSync(certificates.file('server.key')), cert: readFileSync(certificates.file('server.crt')) },
      (request, response) => {
        asked.push(`${request.url} ${request.headers.range ?? ''}`);
        if (request.url === '/redirect') response.writeHead(302, { location: '/model.zqn' }).end();
        else if (request.url === '/elsewhere') response.writeHead(302, { location: 'https://example.org/m.zqn' }).end();
        else if (request.url === '/plain') response.writeHead(302, { location: 'http://127.0.0.1/m.zqn' }).end();
        else if (request.url === '/endless') response.writeHead(302, { location: '/endless' }).end();
        else if (request.url === '/model.zqn') {
          const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
          const range =
            from > 0 ? { 'content-range': `bytes ${from}-${model.file.length - 1}/${model.file.length}` } : {};
          response.writeHead(from > 0 ? 206 : 200, { 'content-length': model.file.length - from, ...range });
          // the first connection breaks in the middle
          if (asked.length < 3)
            response.write(model.file.subarray(from, from + Math.floor(model.file.length / 2)), () =>
              response.destroy(),
            );
          else response.end(model.file.subarray(from));
        } else response.writeHead(404).end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    undo.push(async () => server.closeAllConnections());
    const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const board = await start(`update.caFile=${certificates.file('ca.crt')}`, 'update.hosts=[127.0.0.*]');
    const { requester } = board;
    await requester.online();
    const fetch = (path: string) =>
      requester.ask('command/model/install', { ...model.message, chunkBytes: 1024, url: base + path });
    expect((await fetch('/absent')).message).toContain('status 404');
    expect((await fetch('/elsewhere')).message).toContain('update.hosts does not list example.org');
    expect((await fetch('/plain')).message).toContain('only https://');
    expect((await fetch('/endless')).message).toContain('redirects more than 3 times');
    asked.length = 0;
    expect(await fetch('/redirect')).toMatchObject({ code: 200, data: { name: 'fetched' } });
    expect(asked.slice(0, 2)).toEqual(['/redirect ', '/model.zqn ']);
    expect(asked.at(-1)).toMatch(/^\/model.zqn bytes=\d+-$/);
    await requester.until(() => requester.latest('result').model.name === 'fetched');
  });

  it('can be signed with the command line', async () => {
    const folder = temporaryFolder('sign');
    const file = join(folder, 'model.zqn');
    writeFileSync(file, smallModel());
    expect(await zynqnetd('model', 'keygen', join(folder, 'k'))).toMatchObject({ code: 0 });
    const signed = await zynqnetd('model', 'sign', file, '--key', join(folder, 'k.key'), '--no-activate');
    expect(signed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(signed.stdout)).toMatchObject({ ...digestOf(smallModel()), activate: false });
    const wrong = await zynqnetd('model', 'sign', file, '--key', join(folder, 'k.pem'));
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('MODEL_SIGNATURE') });
  });
});
