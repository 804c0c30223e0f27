/** `bench engine`: our engine against onnxruntime on the same network, in one process, taking turns. */
import { createEngine } from '../../daemon/inference/engine/backends.js';
import { macCount, zynqnet } from '../zqn/topologies.js';
import { onnxModel } from './onnx-writer.js';
import { randomConvs, randomModel, xorshift } from './random-weights.js';
import { median, type Runner, type Times, takeTurns } from './turns.js';

export interface EngineBenchOptions {
  readonly backend: string;
  readonly threads: number;
  readonly rounds: number;
  readonly seed: number;
}

export interface EngineBenchResult {
  readonly backend: string;
  readonly threads: number;
  readonly medianMs: number;
  readonly float32MedianMs: number | null;
  readonly int8MedianMs: number | null;
  /** the fastest run of each: on a busy machine closer to what the code can do */
  readonly bestMs: number;
  readonly float32BestMs: number | null;
  readonly int8BestMs: number | null;
  /** median time on processors, all threads together, spinning included: `--threads 1` compares work alone */
  readonly processorMs: number;
  readonly float32ProcessorMs: number | null;
  readonly int8ProcessorMs: number | null;
  /** ours / onnxruntime's; null when onnxruntime-node is not installed */
  readonly ratioToFloat32: number | null;
  readonly ratioToInt8: number | null;
  /** every sum equal to the scalar reference's */
  readonly bitExact: boolean;
  readonly macs: number;
  readonly gmacPerSecond: number;
  readonly rounds: number;
  readonly reference: string;
}

type Runtime = typeof import('onnxruntime-node');

/** ZynqNet at 256x256x3 to 1000 classes with random weights. */
export async function benchEngine(options: EngineBenchOptions): Promise<EngineBenchResult> {
  const { backend, threads, rounds, seed } = options;
  const topology = zynqnet({ classes: 1000 });
  const convs = randomConvs(topology, seed);
  const model = randomModel(topology, convs);
  const next = xorshift(seed + 1);
  const { height, width, channels } = model.header.input;
  const frame = new Uint8Array(height * width * channels).map(() => next() & 255);
  const engine = createEngine({ backend, model, threads });
  const runtime = await import('onnxruntime-node').catch(() => undefined);
  try {
    const bitExact = await agrees(engine.run(frame), createEngine({ backend: 'scalar', model }).run(frame));
    const runners: Runner[] = [{ name: 'ours', run: () => engine.run(frame) }];
    if (runtime) {
      for (const arithmetic of ['float32', 'int8'] as const) {
        runners.push(
          await onnxRunner(runtime, onnxModel(topology, convs, arithmetic), arithmetic, frame, threads, height),
        );
      }
    }
    const times = await takeTurns(runners, rounds);
    const each = (name: string, reduce: (values: readonly number[]) => number, kind: keyof Times = 'wallMs') => {
      const found = times.get(name);
      return found ? reduce(found[kind]) : null;
    };
    const of = (name: string) => each(name, median);
    const best = (name: string) => each(name, (values) => Math.min(...values));
    const processor = (name: string) => each(name, median, 'processorMs');
    const medianMs = of('ours') as number;
    const float32MedianMs = of('float32');
    const int8MedianMs = of('int8');
    const macs = macCount(topology);
    return {
      backend: engine.name,
      threads,
      medianMs,
      float32MedianMs,
      int8MedianMs,
      bestMs: best('ours') as number,
      float32BestMs: best('float32'),
      int8BestMs: best('int8'),
      processorMs: processor('ours') as number,
      float32ProcessorMs: processor('float32'),
      int8ProcessorMs: processor('int8'),
      ratioToFloat32: float32MedianMs === null ? null : medianMs / float32MedianMs,
      ratioToInt8: int8MedianMs === null ? null : medianMs / int8MedianMs,
      bitExact,
      macs,
      gmacPerSecond: macs / medianMs / 1e6,
      rounds,
      reference: runtime
        ? `onnxruntime-node ${runtime.env.versions.node ?? ''}`.trim()
        : 'onnxruntime-node is not installed',
    };
  } finally {
    engine.close();
  }
}

async function agrees(ours: Promise<Int32Array | Float32Array>, reference: Promise<Int32Array | Float32Array>) {
  const [got, expected] = await Promise.all([ours, reference]);
  return got.length === expected.length && got.every((sum, index) => sum === expected[index]);
}

async function onnxRunner(
  runtime: Runtime,
  file: Uint8Array,
  name: 'float32' | 'int8',
  frame: Uint8Array,
  threads: number,
  size: number,
): Promise<Runner> {
  const session = await runtime.InferenceSession.create(file, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3, // no word about initializers that only one of the arithmetics uses
  });
  // onnxruntime wants planes; the transposition is not part of what is measured.
  const planes = new Uint8Array(frame.length).map((_, index) => {
    const channel = Math.floor(index / (size * size));
    return frame[(index % (size * size)) * 3 + channel] ?? 0;
  });
  const dims = [1, 3, size, size];
  const data =
    name === 'int8'
      ? new runtime.Tensor('uint8', planes, dims)
      : new runtime.Tensor('float32', Float32Array.from(planes), dims);
  return { name, run: () => session.run({ data }) };
}
