/** `bench accelerator`: one frame through the Verilated RTL, driven by the product's own driver; bit for bit against the CPU. */
import { acceleratorBackends, createAcceleratorEngine } from '../engine/accelerator.js';
import { createCpuEngine } from '../engine/cpu.js';
import { ZynqnetError } from '../errors/error.js';
import { type LoadedModel, loadModel } from '../model/load.js';
import { outputSize, squeezenetV10, type Topology, weightCount, zynqnet } from '../model/topologies.js';
import type { AcceleratorReport } from '../native/accelerator.js';
import { randomConvs, randomModel, xorshift } from './random-weights.js';

export interface AcceleratorBenchOptions {
  readonly preset: string;
  /** `zynqnet`, `squeezenet` (random weights) or a .zqn file. */
  readonly network: string;
  /** `rtl`, or `model` to try the bench without Verilator: its cycles are the array's alone. */
  readonly backend: 'rtl' | 'model';
  readonly backPressure: boolean;
  readonly seed: number;
}

export interface LayerRow {
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
  /** simulated cycles per second of this machine */
  readonly simulatedCyclesPerSecond: number;
  readonly layers: readonly LayerRow[];
}

/** Throws ENGINE_UNKNOWN when this build has no RTL simulator, ENGINE_UNSUPPORTED for an unknown preset. */
export async function benchAccelerator(options: AcceleratorBenchOptions): Promise<AcceleratorBenchResult> {
  if (!acceleratorBackends().includes(options.backend)) {
    throw new ZynqnetError(
      'ENGINE_UNKNOWN',
      'The simulated accelerator is not built. Install verilator and run: npm run build:rtl',
    );
  }
  const model = await networkNamed(options.network, options.seed);
  const frame = randomFrame(model, options.seed);
  const { backend, preset, backPressure, seed } = options;
  const engine = createAcceleratorEngine({ backend, model }, { preset, backPressure, seed });
  const reference = createCpuEngine({ backend: 'auto', model });
  try {
    const start = performance.now();
    const sums = await engine.run(frame);
    const seconds = (performance.now() - start) / 1000;
    const report = engine.report();
    if (report === null) throw new Error('an accelerator engine always reports');
    const bitExact = Buffer.compare(bytesOf(sums), bytesOf(await reference.run(frame))) === 0;
    const layers = layerRows(model, report);
    const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
    return {
      backend,
      preset: report.preset,
      network: model.header.name,
      backPressure,
      seed,
      multipliers: report.multipliers,
      clockMHz: report.clockMHz,
      cycles: report.cycles,
      macs,
      macUtilization: rounded(macs / report.cycles / report.multipliers, 4),
      framesPerSecond: rounded((report.clockMHz * 1e6) / report.cycles, 2),
      ddrReadBytes: report.ddrReadBytes,
      ddrWriteBytes: report.ddrWriteBytes,
      arrayCycles: report.arrayCycles,
      stallReadCycles: report.stallReadCycles,
      stallWriteCycles: report.stallWriteCycles,
      stallWeightsCycles: report.stallWeightsCycles,
      bitExact,
      simulatedCyclesPerSecond: Math.round(report.cycles / seconds),
      layers,
    };
  } finally {
    engine.close();
    reference.close();
  }
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
    const size = op.op === 'conv' ? outputSize(model.header, op) : { height: 0, width: 0 };
    const macs = op.op === 'conv' ? weightCount(op) * size.height * size.width : 0;
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
