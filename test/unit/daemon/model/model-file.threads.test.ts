import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { openModelFile, parseModelFile } from '../../../../daemon/model/model-file.js';
import { loadAddon } from '../../../../daemon/native/load.js';
import { smallModel } from '../../../support/small-model.js';

const file = smallModel({ size: 256, classes: 40 });
const addonPath = new URL('../../../../build/native/zynqnet.node', import.meta.url).pathname;

/** Runs frames without end; tells when the first is done. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { createHash } = require('node:crypto');
  const addon = require(workerData.addonPath);
  const file = Buffer.from(workerData.file);
  const model = addon.parseModel(file, createHash('sha256').update(file.subarray(0, -32)).digest());
  const engine = addon.createEngine(model, { backend: 'scalar' });
  const frame = new Uint8Array(256 * 256 * 3);
  const again = () => engine.run(frame).then(() => { parentPort.postMessage('frame'); again(); });
  for (let i = 0; i < 4; i += 1) again();
`;

it('lets worker threads load it, and end in the middle of a frame', async () => {
  for (let round = 0; round < 3; round += 1) {
    const worker = new Worker(program, { eval: true, workerData: { addonPath, file } });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    expect(await worker.terminate()).toBe(1);
  }
  // This thread's own copy is untouched.
  const engine = loadAddon().createEngine(parseModelFile(file, 'small').native, { backend: 'scalar' });
  expect(await engine.run(new Uint8Array(256 * 256 * 3))).toHaveLength(40);
  engine.close();
});

it('lets worker threads end while a model is parsed and an engine opened', async () => {
  const opening = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { createHash } = require('node:crypto');
    const addon = require(workerData.addonPath);
    const file = Buffer.from(workerData.file);
    const digest = createHash('sha256').update(file.subarray(0, -32)).digest();
    const again = async () => {
      const model = await addon.openModel(file, digest);
      (await addon.openEngine(model, { backend: 'auto' })).close();
      parentPort.postMessage('opened');
      again();
    };
    for (let i = 0; i < 4; i += 1) again();
  `;
  for (let round = 0; round < 3; round += 1) {
    const worker = new Worker(opening, { eval: true, workerData: { addonPath, file } });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    expect(await worker.terminate()).toBe(1);
  }
});

it('parses off the main thread as on it, errors included', async () => {
  const opened = await openModelFile(file, 'small');
  expect(opened.header).toEqual(parseModelFile(file, 'small').header);
  expect(opened.native.conv(0)).toEqual(parseModelFile(file, 'small').native.conv(0));
  const damaged = Buffer.from(file);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  const refused = await openModelFile(damaged, 'damaged').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'MODEL_DIGEST', message: expect.stringContaining('damaged') });
});

it('keeps the event loop free while a frame is computed', async () => {
  const engine = loadAddon().createEngine(parseModelFile(file, 'small').native, { backend: 'scalar' });
  const order: string[] = [];
  const running = engine.run(new Uint8Array(256 * 256 * 3)).then(() => order.push('frame'));
  await new Promise((resolve) => setImmediate(resolve));
  order.push('event loop');
  await running;
  expect(order).toEqual(['event loop', 'frame']);
  engine.close();
});

it('refuses foreign objects in place of models, and engines without models', () => {
  const addon = loadAddon();
  for (const value of [{}, null, 7, addon, addon.createEngine]) {
    expect(() => addon.createEngine(value as never, { backend: 'scalar' })).toThrow(TypeError);
  }
  const native = parseModelFile(smallModel(), 'small').native;
  const Model = native.constructor as new () => unknown;
  expect(() => new Model()).toThrow(TypeError);
  expect(() => native.conv(1)).toThrow(RangeError);
});
