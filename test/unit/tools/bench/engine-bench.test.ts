import { expect, test } from 'vitest';
import { createEngine } from '../../../../daemon/inference/engine/backends.js';
import { benchEngine } from '../../../../tools/bench/engine-bench.js';
import { onnxModel } from '../../../../tools/bench/onnx-writer.js';
import { randomConvs, randomModel, xorshift } from '../../../../tools/bench/random-weights.js';
import { zynqnet } from '../../../../tools/zqn/topologies.js';

const runtime = await import('onnxruntime-node').catch(() => undefined);

test('bench engine reports the fields that others read', { timeout: 120_000 }, async () => {
  const result = await benchEngine({ backend: 'auto', threads: 2, rounds: 1, seed: 1 });
  expect(result).toMatchObject({ bitExact: true, threads: 2, macs: 528_171_008 });
  expect(result.medianMs).toBeGreaterThan(0);
  expect(result.gmacPerSecond).toBeCloseTo(result.macs / result.medianMs / 1e6);
  if (runtime) {
    expect(result.ratioToFloat32).toBeCloseTo(result.medianMs / (result.float32MedianMs ?? 0));
    expect(result.ratioToInt8).toBeCloseTo(result.medianMs / (result.int8MedianMs ?? 0));
  } else {
    expect(result).toMatchObject({ ratioToFloat32: null, ratioToInt8: null });
  }
});

test.skipIf(!runtime)('onnxruntime computes the same network as we do, in both arithmetics', async () => {
  if (!runtime) return;
  const size = 64;
  const topology = zynqnet({ size, classes: 20 });
  const convs = randomConvs(topology, 5);
  const model = randomModel(topology, convs);
  const next = xorshift(9);
  const frame = new Uint8Array(size * size * 3).map(() => next() & 255);
  const engine = createEngine({ backend: 'auto', model });
  const sums = await engine.run(frame);
  engine.close();
  const last = convs.at(-1);
  const positions = (size / 32) ** 2;
  const ours = Array.from(sums, (sum) => (sum * 2 ** (last?.preShift ?? 0) * (last?.scale ?? 0)) / positions);
  for (const arithmetic of ['float32', 'int8'] as const) {
    const session = await runtime.InferenceSession.create(onnxModel(topology, convs, arithmetic), {
      logSeverityLevel: 3,
    });
    const planes = new Uint8Array(frame.length).map(
      (_, i) => frame[(i % (size * size)) * 3 + Math.floor(i / (size * size))] ?? 0,
    );
    const dims = [1, 3, size, size];
    const data =
      arithmetic === 'int8'
        ? new runtime.Tensor('uint8', planes, dims)
        : new runtime.Tensor('float32', Float32Array.from(planes), dims);
    const { logits } = await session.run({ data });
    const theirs = Array.from(logits?.data as Float32Array);
    // Float does not clamp at 255, and its activations are not rounded: close, not equal. In int8 only ties differ.
    const spread = Math.max(...theirs) - Math.min(...theirs);
    const error = Math.max(...ours.map((value, index) => Math.abs(value - (theirs[index] ?? 0))));
    expect(spread).toBeGreaterThan(10);
    expect(error / spread).toBeLessThan(0.25);
    await session.release();
  }
});
