import { expect, test } from 'vitest';
import { createEngine, engineBackends, registerEngine } from '../../../../../daemon/inference/engine/backends.js';
import { parseModelFile } from '../../../../../daemon/model/model-file.js';
import { randomConvs, randomModel, xorshift } from '../../../../../tools/bench/random-weights.js';
import { zynqnet } from '../../../../../tools/zqn/topologies.js';
import { smallModel } from '../../../../support/small-model.js';

const topology = zynqnet({ size: 64, classes: 43 });
const model = randomModel(topology, randomConvs(topology, 7));
const next = xorshift(3);
const frame = new Uint8Array(64 * 64 * 3).map(() => next() & 255);
const integerBackends = engineBackends().filter((name) => !/^(float|scalar|fpga|rtl|functional-sim)/.test(name));

async function once(backend: string, threads: number, input = frame) {
  const engine = createEngine({ backend, model, threads });
  try {
    return await engine.run(input);
  } finally {
    engine.close();
  }
}

test('this processor offers at least the automatic choice and the reference', () => {
  expect(engineBackends()).toEqual(expect.arrayContaining(['auto', 'cpu', 'scalar', 'float']));
});

test.each(integerBackends)('%s gives the scalar sums bit for bit, with any number of threads', async (backend) => {
  const expected = await once('scalar', 1);
  expect(new Set(expected).size).toBeGreaterThan(20);
  for (const threads of [1, 2, 5]) expect(await once(backend, threads)).toEqual(expected);
});

test('tensors of all layers equal the reference', async () => {
  const { loadAddon } = await import('../../../../../daemon/native/load.js');
  const dump = async (backend: 'auto' | 'scalar') => {
    const engine = loadAddon().createEngine(model.native, { backend });
    const result = await engine.runAllTensors(frame);
    engine.close();
    return result.tensors;
  };
  const [got, expected] = await Promise.all([dump('auto'), dump('scalar')]);
  expect(got).toHaveLength(topology.tensors.length);
  for (const [index, tensor] of expected.entries())
    expect(Buffer.compare(got[index] as Uint8Array, tensor as Uint8Array)).toBe(0);
});

test('frames are answered in order, each with its own result, engines side by side', async () => {
  const frames = Array.from({ length: 12 }, (_, index) => frame.map((value) => (value + index * 17) & 255));
  const expected = await Promise.all(frames.map((input) => once('scalar', 1, input)));
  const engines = [1, 2, 3].map((threads) => createEngine({ backend: 'auto', model, threads }));
  const results = await Promise.all(engines.map((engine) => Promise.all(frames.map((input) => engine.run(input)))));
  for (const result of results) expect(result).toEqual(expected);
  for (const engine of engines) engine.close();
});

test('closing answers what is in flight and refuses the rest', async () => {
  const engine = createEngine({ backend: 'auto', model });
  const results = Array.from({ length: 6 }, () =>
    engine.run(frame).then(
      () => 'done',
      (error) => error.code as string,
    ),
  );
  engine.close();
  engine.close();
  const outcomes = await Promise.all(results);
  expect(outcomes.filter((outcome) => outcome === 'done').length).toBeLessThanOrEqual(1);
  expect(outcomes.slice(1)).toEqual(Array(5).fill('ENGINE_CLOSED'));
  expect(() => engine.run(frame)).toThrow(expect.objectContaining({ code: 'ENGINE_CLOSED' }));
});

test('wrong names, wrong arithmetic and wrong sizes are refused by code', async () => {
  const refused = (backend: string) => () => createEngine({ backend, model });
  expect(refused('npu')).toThrow(expect.objectContaining({ code: 'ENGINE_UNKNOWN' }));
  expect(refused('float')).toThrow(expect.objectContaining({ code: 'ENGINE_UNSUPPORTED' }));
  const engine = createEngine({ backend: 'auto', model });
  expect(() => engine.run(frame.subarray(1))).toThrow(expect.objectContaining({ code: 'ENGINE_INPUT' }));
  expect(await engine.run(frame)).toHaveLength(43);
  engine.close();
});

test('a backend registered elsewhere is offered and used', async () => {
  const stub = { name: 'stub', run: async () => new Int32Array([1, 2, 3]), close: () => undefined };
  registerEngine('stub', () => stub);
  expect(engineBackends()).toContain('stub');
  expect(createEngine({ backend: 'stub', model })).toBe(stub);
});

test('creating, running and closing engines keeps memory and threads', async () => {
  const { readdirSync } = await import('node:fs');
  const small = parseModelFile(smallModel(), 'small');
  const input = new Uint8Array(32 * 32 * 3);
  const cycle = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const engine = createEngine({ backend: 'auto', model: small, threads: 3 });
      await engine.run(input);
      engine.close();
    }
  };
  await cycle(100);
  const before = { rss: process.memoryUsage().rss, threads: readdirSync('/proc/self/task').length };
  await cycle(1000);
  // The last engine's threads may still be ending.
  expect(readdirSync('/proc/self/task').length).toBeLessThanOrEqual(before.threads + 2);
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(24 * 1024 * 1024);
});
