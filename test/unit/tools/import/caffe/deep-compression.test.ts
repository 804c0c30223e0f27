import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importSources } from '../../../../../tools/import/import-model.js';
import { refusal, source } from '../support/agree.js';
import { convLayer, deepCompressionFile, inPlaceRelu } from '../support/caffe-file.js';
import { noise } from '../support/onnx-file.js';

const convs = [
  { name: 'c1', inputs: 3, outputs: 4, kernel: 3 },
  { name: 'c2', inputs: 4, outputs: 3, kernel: 1 },
];
const prototxt = `input: "data" input_shape { dim: 1 dim: 3 dim: 9 dim: 9 }
${convLayer('data', convs[0] as never)}${inPlaceRelu('c1')}${convLayer('c1', convs[1] as never)}
layer { name: "pool" type: "Pooling" bottom: "c2" top: "pool" pooling_param { pool: AVE global_pooling: true } }`;

function codebook(seed: number): Float32Array {
  const values = noise(256, seed);
  values[0] = 0;
  return values;
}

const importNet = (net: Uint8Array) =>
  importSources([source('deep-compression', net), source('prototxt', Buffer.from(prototxt))], {});

const layer = (count: number, outputs: number, seed: number) =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 255 })), {
      minLength: count,
      maxLength: count,
    })
    .map((codes) => ({
      codes: Uint8Array.from(codes),
      codebook: codebook(seed),
      bias: noise(outputs, seed + 50),
    }));

describe('Deep Compression files', () => {
  it('give back the codebook values exactly, at any spacing', () => {
    fc.assert(
      fc.property(layer(108, 4, 1), layer(12, 3, 2), (first, second) => {
        const { description } = importNet(deepCompressionFile([first, second]));
        [first, second].forEach(({ codes, codebook: values, bias }, i) => {
          expect(description.convs[i]).toEqual({
            weights: Float32Array.from(codes, (code) => values[code] as number),
            bias,
          });
        });
      }),
      { numRuns: 40 },
    );
  });

  const whole = deepCompressionFile([
    { codes: new Uint8Array(108).fill(7), codebook: codebook(1), bias: noise(4) },
    { codes: new Uint8Array(12).fill(9), codebook: codebook(2), bias: noise(3) },
  ]);

  it('are refused when they end early', () => {
    for (let length = 0; length < whole.length; length += length < 40 ? 1 : 37) {
      expect(refusal(() => importNet(whole.subarray(0, length)))).toMatch(/^IMPORT_(FORMAT|WEIGHTS) /);
    }
  });

  it('are refused when they do not match the prototxt', () => {
    expect(refusal(() => importNet(Buffer.concat([whole, Buffer.alloc(1)])))).toMatch(
      /^IMPORT_FORMAT .*1 bytes are left over/,
    );
    const greedy = Buffer.from(whole);
    greedy.writeUInt32LE(0xffffffff, 0);
    expect(refusal(() => importNet(greedy))).toMatch(/^IMPORT_WEIGHTS .*4294967295 stored entries for 108 weights/);
    const far = Buffer.from(whole);
    far.fill(0xff, 8 + 1024 + 16 + 108, 8 + 1024 + 16 + 108 + 54);
    expect(refusal(() => importNet(far))).toMatch(/^IMPORT_WEIGHTS .*beyond its 108 weights/);
    const broken = Buffer.from(whole);
    broken.writeFloatLE(Number.NaN, 8 + 4 * 7);
    expect(refusal(() => importNet(broken))).toMatch(/^IMPORT_WEIGHTS layer 'c1'.*NaN/);
  });
});
