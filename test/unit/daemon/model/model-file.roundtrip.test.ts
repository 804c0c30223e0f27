import { describe, expect, it } from 'vitest';
import { encodeModelFile, parseModelFile } from '../../../../daemon/model/model-file.js';
import { loadAddon } from '../../../../daemon/native/load.js';

const header = {
  name: 'tiny',
  arithmetic: 'int8',
  input: { channels: 1, height: 4, width: 4, order: 'rgb', mean: [10], scale: [1], zeroPoint: [10] },
  preprocessing: { mode: 'squash', resize: null, crop: false },
  labels: ['a', 'b'],
  tensors: [{ name: 'data', channels: 1, height: 4, width: 4 }],
  ops: [
    {
      op: 'conv',
      name: 'conv',
      input: { tensor: 0, offset: 0, channels: 1 },
      output: { logits: true, offset: 0, channels: 2 },
      kernel: [1, 1],
      stride: 1,
      pad: [1, 1, 1, 1],
      relu: false,
      preShift: 0,
      weights: 0,
    },
  ],
  provenance: { free: [1, 2, 3] },
};

const description = {
  headerJson: JSON.stringify(header),
  convs: [
    {
      weights: Int8Array.of(1, -2),
      bias: Int32Array.of(5, 7),
      multiplier: new Uint16Array(0),
      shift: new Uint8Array(0),
    },
  ],
  logitScale: Float32Array.of(1, 0.5),
  logitOffset: Float32Array.of(0, -1),
};

describe('a model file', () => {
  it('gives back what was encoded', async () => {
    const model = parseModelFile(encodeModelFile(description), 'tiny.zqn');
    expect(model.header.labels).toEqual(['a', 'b']);
    expect(model.native.conv(0)).toEqual(description.convs[0]);
    expect(model.native.logitScale).toEqual(description.logitScale);
    expect(model.native.logitOffset).toEqual(description.logitOffset);
  });

  it('runs on the scalar engine, padding reading the zero point', async () => {
    const model = parseModelFile(encodeModelFile(description), 'tiny.zqn');
    const engine = loadAddon().createEngine(model.native, { backend: 'scalar' });
    const frame = new Uint8Array(16).fill(20);
    // 36 positions: 16 pixels of 20 and a border of 20 zero points of 10
    const sum = 16 * 20 + 20 * 10;
    const results = await Promise.all([engine.run(frame), engine.run(frame)]);
    expect(results).toEqual([
      Int32Array.of(36 * 5 + sum, 36 * 7 - 2 * sum),
      Int32Array.of(36 * 5 + sum, 36 * 7 - 2 * sum),
    ]);
    engine.close();
    await expect(async () => engine.run(frame)).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
  });
});
