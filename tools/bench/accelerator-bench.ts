/**
 * `bench accelerator`: a frame through the Verilated RTL, or frames through the board's own accelerator, by the product's own
 * driver; bit for bit against the CPU.
 */

import { acceleratorBackends, createNativeEngine } from '../../daemon/inference/engine/backends.js';
import { type LoadedModel, loadModel } from '../../daemon/model/model-file.js';
import type { AcceleratorReport } from '../../daemon/native/accelerator-types.js';
import { ZynqnetError } from '../../daemon/util/error.js';
import { hasWeights } from '../zqn/conv-geometry.js';
import { outputSize, squeezenetV10, type Topology, weightCount, zynqnet } from '../zqn/topologies.js';
import { randomConvs, randomModel, xorshift } from './random-weights.js';

export interface AcceleratorBenchOptions {
  readonly preset: string;
  /** `zynqnet`, `squeezenet` (random weights) or a .zqn file. */
  readonly network: string;
  /** `rtl`; `functional-sim` to try the bench without Verilator: its cycles are the array's alone; `fpga`: this board's, whatever it is. */
  readonly backend: 'rtl' | 'functional-sim' | 'fpga';
  readonly backPressure: boolean;
  readonly seed: number;
  /** Frames, two in flight; default 1, on a board 100. */
  readonly frames?: number;
}

interface LayerRow {
  readonly name: string;
  readonly cycles: number;
  /** multiply-accumulates of the network, as everywhere in this result: padding of channels is not work */
  readonly macs: number;
  readonly macUtilization: number;
}

export interface AcceleratorBenchResult {
  readonly backend: string;
  readonly preset: string;
  readonly network: string;
  readonly backPressure: boolean;
  readonly seed: number;
  readonly multipliers: number;
  readonly clockMHz: number;
  readonly cycles: number;
  readonly macs: number;
  /** macs / cycles / multipliers */
  readonly macUtilization: number;
  readonly framesPerSecond: number;
  readonly ddrReadBytes: number;
  readonly ddrWriteBytes: number;
  readonly arrayCycles: number;
  readonly stallReadCycles: number;
  readonly stallWriteCycles: number;
  readonly stallWeightsCycles: number;
  /** the logit sums equal the CPU engine's, byte for byte */
  readonly bitExact: boolean;
  /** frames per second by the clock on the wall: on a board what the daemon gets, of a simulator its speed */
  readonly wallFramesPerSecond: number;
  /** simulated cycles per second of this machine; on a board the rate of the cycle counter while frames run */
  readonly simulatedCyclesPerSecond: number;
  /** without cycles on a board: nothing counts them by layer */
  readonly layers: readonly LayerRow[];
}

/** Throws ENGINE_UNKNOWN when this build has no RTL simulator, ENGINE_UNSUPPORTED for an unknown preset, ACCELERATOR_ errors. */
export async function benchAccelerator(options: AcceleratorBenchOptions): Promise<AcceleratorBenchResult> {
  if (!acceleratorBackends().includes(options.backend)) {
    throw new ZynqnetError(
      'ENGINE_UNKNOWN',
      'The simulated accelerator is not built. Install verilator and run: npm run build:rtl',
    );
  }
  const model = await networkNamed(options.network, options.seed);
  const { backend, preset, backPressure, seed, frames = backend === 'fpga' ? 100 : 1 } = options;
  const inputs = Array.from({ length: Math.min(frames, 2) }, (_, index) => randomFrame(model, seed + index));
  const simulator = backend === 'fpga' ? {} : { preset, backPressure, seed };
  const engine = createNativeEngine({ backend, model, accelerator: simulator });
  const reference = createNativeEngine({ backend: 'auto', model });
  try {
    const start = performance.now();
    const answers = await inTurns(frames, (index) => engine.run(inputs[index % 2] ?? new Uint8Array()));
    const seconds = (performance.now() - start) / 1000;
    const report = engine.report();
    if (report === null) throw new Error('an accelerator engine always reports');
    const expected: Uint8Array[] = [];
    for (const input of inputs) expected.push(bytesOf(await reference.run(input)));
    const bitExact = answers.every(
      (sums, index) => Buffer.compare(bytesOf(sums), expected[index % 2] ?? new Uint8Array()) === 0,
    );
    return {
      backend,
      network: model.header.name,
      backPressure,
      seed,
      ...figures(model, report, frames, seconds),
      bitExact,
    };
  } finally {
    engine.close();
    reference.close();
  }
}

function figures(model: LoadedModel, report: AcceleratorReport, frames: number, seconds: number) {
  const layers = layerRows(model, report);
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  const { preset, multipliers, clockMHz, cycles, ddrReadBytes, ddrWriteBytes } = report;
  const { arrayCycles, stallReadCycles, stallWriteCycles, stallWeightsCycles } = report;
  return {
    preset,
    multipliers,
    clockMHz,
    cycles,
    macs,
    macUtilization: rounded(macs / cycles / multipliers, 4),
    framesPerSecond: rounded((clockMHz * 1e6) / cycles, 2),
    ddrReadBytes,
    ddrWriteBytes,
    arrayCycles,
    stallReadCycles,
    stallWriteCycles,
    stallWeightsCycles,
    wallFramesPerSecond: rounded(frames / seconds, 2),
    simulatedCyclesPerSecond: Math.round((cycles * frames) / seconds),
    layers,
  };
}

/** `count` results in order, two under way at a time: while one frame runs, the next is written. */
async function inTurns<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await run(index);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

async function networkNamed(name: string, seed: number): Promise<LoadedModel> {
  const random = (topology: Topology) => randomModel(topology, randomConvs(topology, seed));
  if (name === 'zynqnet') return random(zynqnet());
  if (name === 'squeezenet') return random(squeezenetV10());
  return loadModel(name);
}

function randomFrame(model: LoadedModel, seed: number): Uint8Array {
  const { height, width, channels } = model.header.input;
  const next = xorshift(seed + 1);
  return new Uint8Array(height * width * channels).map(() => next() >>> 24);
}

function layerRows(model: LoadedModel, report: AcceleratorReport): LayerRow[] {
  const cycles = new Map(report.operatorCycles.map((row) => [row.op, row.cycles]));
  return model.header.ops.map((op, index) => {
    const size = hasWeights(op) ? outputSize(model.header, op) : { height: 0, width: 0 };
    const macs = hasWeights(op) ? weightCount(op) * size.height * size.width : 0;
    const spent = cycles.get(index) ?? 0;
    const macUtilization = spent === 0 ? 0 : rounded(macs / spent / report.multipliers, 4);
    return { name: op.name, cycles: spent, macs, macUtilization };
  });
}

function bytesOf(values: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
