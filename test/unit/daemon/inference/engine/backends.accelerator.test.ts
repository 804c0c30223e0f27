import { expect, test } from 'vitest';
import { parseBackend } from '../../../../../daemon/inference/engine/backend-name.js';
import {
  acceleratorBackends,
  createEngine,
  createNativeEngine,
  engineBackends,
  openEngine,
} from '../../../../../daemon/inference/engine/backends.js';
import { defaultModelFile } from '../../../../../daemon/model/default-file.js';
import { ACCELERATOR_PRESETS } from '../../../../../daemon/native/accelerator-constants.js';
import type { NativeEngine } from '../../../../../daemon/native/addon.js';
import { errorCodes } from '../../../../../daemon/util/error-codes.js';
import { benchAccelerator } from '../../../../../tools/bench/accelerator-bench.js';
import { randomConvs, randomModel, xorshift } from '../../../../../tools/bench/random-weights.js';
import { zynqnet } from '../../../../../tools/zqn/topologies.js';

const topology = zynqnet({ size: 64, classes: 20 });
const model = randomModel(topology, randomConvs(topology, 7));

function frames(count: number): Uint8Array[] {
  const next = xorshift(99);
  return Array.from({ length: count }, () => new Uint8Array(64 * 64 * 3).map(() => next() >>> 24));
}

test('the accelerator is a backend like any other', () => {
  expect(engineBackends()).toEqual(expect.arrayContaining(['fpga', 'functional-sim', 'functional-sim-zc706']));
});

for (const { name } of ACCELERATOR_PRESETS) {
  test(`frames in flight together come back in order and bit for bit on ${name}`, async () => {
    const engine = createEngine({ backend: `functional-sim-${name}`, model });
    const reference = createEngine({ backend: 'scalar', model });
    expect(engine.name).toBe(`functional-sim-${name}`);
    const inputs = frames(5);
    const answers = await Promise.all(inputs.map((input) => engine.run(input)));
    for (const [index, input] of inputs.entries()) expect(answers[index]).toEqual(await reference.run(input));
    engine.close();
    reference.close();
  });
}

test('the report counts what one frame costs, and two engines share one accelerator', async () => {
  const first = createNativeEngine({ backend: 'functional-sim', model, accelerator: { preset: 'zybo' } });
  const second = createNativeEngine({ backend: 'functional-sim', model, accelerator: { preset: 'zybo' } });
  const [frame = new Uint8Array()] = frames(1);
  await first.run(frame);
  await second.run(frame);
  const report = second.report();
  expect(report).toMatchObject({ preset: 'zybo', multipliers: 128, clockMHz: 125, failures: 0, timeouts: 0 });
  expect(report?.runs).toBe(4); // the self-test, twice, and two frames
  expect(report?.macs).toBeGreaterThan(1_000_000);
  expect(report).toMatchObject({ ...first.counters() }); // the same, without what may only be asked between frames
  expect(report?.operatorCycles.length).toBe(topology.ops.length);
  first.close();
  second.close();
  expect(second.report()).toBeNull();
});

test('an engine opens, resets and reloads while the main thread goes on, and no frame is lost', async () => {
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
  }, 1);
  const engine = await openEngine({ backend: 'functional-sim-zybo', model });
  clearInterval(ticking);
  expect(ticks).toBeGreaterThan(0); // the program was lowered elsewhere
  const reference = createEngine({ backend: 'scalar', model });
  const inputs = frames(6);
  const answers = [];
  for (const [index, input] of inputs.entries()) {
    answers.push(engine.run(input));
    if (index === 2) answers.push(engine.reset?.());
    if (index === 4) answers.push(engine.reload?.());
  }
  const sums = (await Promise.all(answers)).filter((answer) => answer !== undefined);
  expect(sums).toEqual(await Promise.all(inputs.map((input) => reference.run(input))));
  expect((engine as NativeEngine).report()).toMatchObject({ reloads: 1, failures: 0, timeouts: 0 });
  await expect(reference.reset?.()).resolves.toBeUndefined(); // software has nothing to reset
  engine.close();
  reference.close();
  await expect(engine.reset?.()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
});

test('a model is switched between two frames: none is lost, each is answered by the network it was given to', async () => {
  const other = randomModel(topology, randomConvs(topology, 8));
  const first = await openEngine({ backend: 'functional-sim-zybo', model });
  const inputs = frames(8);
  const before = inputs.slice(0, 4).map((input) => first.run(input));
  const second = await openEngine({ backend: 'functional-sim-zybo', model: other }); // while those run, on the same accelerator
  const after = inputs.slice(4).map((input) => second.run(input));
  const late = inputs.slice(4, 6).map((input) => first.run(input)); // prepared for the old one
  const answers = await Promise.all([...before, ...after, ...late]);
  first.close();
  const [old, now] = [model, other].map((network) => createEngine({ backend: 'auto', model: network }));
  const expected = [
    ...inputs.slice(0, 4).map((input) => old?.run(input)),
    ...inputs.slice(4).map((input) => now?.run(input)),
    ...inputs.slice(4, 6).map((input) => old?.run(input)),
  ];
  expect(answers).toEqual(await Promise.all(expected));
  expect(await second.run(inputs[0] ?? new Uint8Array())).toEqual(await now?.run(inputs[0] ?? new Uint8Array()));
  second.close();
});

test('an engine that cannot be opened rejects with its code', async () => {
  await expect(openEngine({ backend: 'npu', model })).rejects.toMatchObject({ code: 'ENGINE_UNKNOWN' });
  await expect(openEngine({ backend: 'fpga', model, accelerator: { root: '/nonexistent' } })).rejects.toMatchObject({
    code: 'ACCELERATOR_FPGA',
  });
});

test('without a board the fpga backend says what is missing', () => {
  const open = () => createNativeEngine({ backend: 'fpga', model, accelerator: { root: '/nonexistent' } });
  expect(open).toThrow(expect.objectContaining({ code: 'ACCELERATOR_FPGA' }));
  expect(open).toThrow(/fpga_manager/);
  expect(errorCodes).toHaveProperty('ACCELERATOR_FPGA');
});

test('wrong options are refused by name', () => {
  const open = (options: object) => () =>
    createNativeEngine({ backend: 'functional-sim', model, accelerator: options });
  expect(open({ preset: 'zedboard' })).toThrow(/zedboard.*zybo-z7-20/);
  expect(open({ prest: 'zybo' })).toThrow(/accelerator\.prest/);
  expect(open({ memoryBytes: 'much' })).toThrow(/memoryBytes/);
});

test('the bench reports every layer and agrees with the CPU', async () => {
  const options = {
    preset: 'zc706',
    network: 'zynqnet',
    backend: 'functional-sim',
    backPressure: false,
    seed: 3,
  } as const;
  const result = await benchAccelerator(options);
  expect(result.bitExact).toBe(true);
  expect(result.layers.map((layer) => layer.name)).toEqual(zynqnet().ops.map((op) => op.name));
  expect(result.layers.reduce((sum, layer) => sum + layer.cycles, 0)).toBe(result.cycles);
  expect(result.macUtilization).toBeGreaterThan(0.8);
  expect(result.macUtilization).toBeLessThanOrEqual(1);
});

test('the bench keeps two frames in flight and checks each answer', async () => {
  const options = {
    preset: 'zybo',
    network: defaultModelFile,
    backend: 'functional-sim',
    backPressure: false,
    seed: 3,
  } as const;
  const result = await benchAccelerator({ ...options, frames: 3 });
  expect(result).toMatchObject({ bitExact: true, network: 'roadsigns', preset: 'zybo', multipliers: 128 });
  await expect(benchAccelerator({ ...options, backend: 'fpga' })).rejects.toMatchObject({
    code: expect.stringMatching(/^ACCELERATOR_/),
  });
});

test.skipIf(acceleratorBackends().includes('rtl'))('without the simulator the bench says how to build it', async () => {
  const options = { preset: 'zybo', network: 'zynqnet', backend: 'rtl', backPressure: true, seed: 1 } as const;
  await expect(benchAccelerator(options)).rejects.toThrow(/npm run build:rtl/);
});

test('a backend keeps working under the name of an earlier release', () => {
  expect(engineBackends()).not.toContain('model');
  for (const [old, now] of [
    ['model', 'functional-sim-zybo-z7-20'],
    ['model-zc706', 'functional-sim-zc706'],
  ] as const) {
    const engine = createEngine({ backend: old, model });
    expect(engine.name).toBe(now);
    engine.close();
  }
  expect(parseBackend('model-zybo-z7-20')).toEqual({ backend: 'functional-sim', preset: 'zybo-z7-20' });
  expect(parseBackend('modelled')).toEqual({ backend: 'modelled' });
  expect(parseBackend('rtl')).toEqual({ backend: 'rtl' });
});
