import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../daemon/inference/engine/engine.js';
import { encodeModelFile, type LoadedModel, parseModelFile } from '../../daemon/model/model-file.js';

/** A model with ZynqNet's input and number of classes and next to no work in it. */
export function trivialModel(size = 256, classes = 1000): LoadedModel {
  const header = {
    name: 'trivial',
    arithmetic: 'int8',
    input: {
      channels: 3,
      height: size,
      width: size,
      order: 'bgr',
      mean: [0, 0, 0],
      scale: [1, 1, 1],
      zeroPoint: [0, 0, 0],
    },
    preprocessing: { mode: 'squash', resize: null, crop: false },
    labels: Array.from({ length: classes }, (_, index) => `class ${index}`),
    tensors: [{ name: 'data', channels: 3, height: size, width: size, scale: 1, zeroPoint: 0 }],
    ops: [
      {
        op: 'conv',
        name: 'conv',
        input: { tensor: 0, offset: 0, channels: 3 },
        output: { logits: true, offset: 0, channels: classes },
        kernel: [1, 1],
        stride: 1,
        pad: [0, 0, 0, 0],
        relu: false,
        preShift: 0,
        weights: 0,
      },
    ],
    provenance: {},
  };
  const conv = {
    weights: new Int8Array(classes * 3),
    bias: new Int32Array(classes),
    multiplier: new Uint16Array(0),
    shift: new Uint8Array(0),
  };
  const scale = { logitScale: new Float32Array(classes).fill(1e-3), logitOffset: new Float32Array(classes) };
  return parseModelFile(encodeModelFile({ headerJson: JSON.stringify(header), convs: [conv], ...scale }), 'trivial');
}

/** Takes `durationMs` for a frame, as an accelerator would: the processor is free meanwhile. */
export class TrivialEngine implements Engine {
  readonly name = 'trivial';
  readonly #sums: Int32Array;
  readonly #durationMs: number;

  constructor(classes: number, durationMs: number) {
    this.#sums = Int32Array.from({ length: classes }, (_, index) => (index * 7919) % 1009);
    this.#durationMs = durationMs;
  }

  run(): Promise<Int32Array> {
    const sums = this.#sums;
    return sleep(this.#durationMs, sums);
  }

  close(): void {}
}
