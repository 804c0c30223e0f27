import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeModelFile, parseModelFile } from '../../../../daemon/model/model-file.js';
import type { FloatConv } from '../../../../daemon/native/addon.js';
import { type ImportedModel, importModel, importSources } from '../../../../tools/import/import-model.js';
import { answer, refusal, source } from './support/agree.js';
import {
  caffemodel,
  convLayer,
  inPlaceRelu,
  randomWeights,
  type WeightedLayer,
  zynqnetTopology,
} from './support/caffe-file.js';
import { noise, onnxFile } from './support/onnx-file.js';
import { Reference } from './support/reference.js';

function importCaffe(prototxt: string, model: Uint8Array): ImportedModel {
  return importSources([source('prototxt', Buffer.from(prototxt)), source('caffemodel', model)], { mean: [0] });
}

/** Element by element would take a minute for a whole network. */
function sameBits(a: FloatConv, b: FloatConv): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(a.weights).equals(bytes(b.weights)) && bytes(a.bias).equals(bytes(b.bias));
}

const c1 = { name: 'c1', inputs: 3, outputs: 6, kernel: 3, stride: 2, pad: 1 };
const c2 = { name: 'c2', inputs: 6, outputs: 5, kernel: 1, pad: 1 };
const pool =
  'layer { name: "pool" type: "Pooling" bottom: "c2" top: "pool" pooling_param { pool: AVE global_pooling: true } }';
const input = 'input: "data"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 21\ninput_dim: 18\n';
const small = input + convLayer('data', c1) + inPlaceRelu('c1') + convLayer('c1', c2) + inPlaceRelu('c2') + pool;
const smallWeights = randomWeights([c1, c2]);

const initializers = (layers: readonly WeightedLayer[]) =>
  Object.fromEntries(
    layers.flatMap(({ name, blobs }) => blobs.map((blob, i) => [`${name}${i === 0 ? 'w' : 'b'}`, blob])),
  );

/** The same network as `small`, with `middle` between its convolutions, for the independent runtime. */
async function expectSame(
  model: ImportedModel,
  middle: { op: string; attributes: Record<string, number[] | number> }[],
) {
  const nodes = [
    { op: 'Conv', inputs: ['data', 'c1w', 'c1b'], output: 'm0', attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
    ...[{ op: 'Relu', attributes: {} }, ...middle].map((node, i) => ({
      ...node,
      inputs: [`m${i}`],
      output: `m${i + 1}`,
    })),
    { op: 'Conv', inputs: [`m${middle.length + 1}`, 'c2w', 'c2b'], output: 'c2', attributes: { pads: [1, 1, 1, 1] } },
    { op: 'Relu', inputs: ['c2'], output: 'r2' },
    { op: 'GlobalAveragePool', inputs: ['r2'], output: 'pool' },
  ];
  const file = onnxFile({ input: [1, 3, 21, 18], nodes, initializers: initializers(smallWeights) });
  const picture = noise(3 * 21 * 18, 3, 2);
  const wanted = await (await Reference.of(file)).run(picture, [1, 3, 21, 18]);
  (await answer(model, picture)).forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] as number, 5);
  });
}

describe('Caffe networks', () => {
  it.each([false, true])('reads a small network, blobs of the first generation: %s', async (old) => {
    const model = importCaffe(small, caffemodel(smallWeights, old));
    await expectSame(model, []);
    expect(model.description.convs[0]?.weights).toEqual(Float32Array.from(smallWeights[0]?.blobs[0]?.values ?? []));
    // a border of padding only, ReLU before the pool: as SqueezeNet's last layer
    expect(model.header.ops[1]).toMatchObject({ pad: [1, 1, 1, 1], relu: true, output: { logits: true } });
  });

  it("reads the first generation's prototxt", async () => {
    const old = small
      .replaceAll('layer {', 'layers {')
      .replaceAll('"Convolution"', 'CONVOLUTION')
      .replaceAll('"ReLU"', 'RELU')
      .replaceAll('"Pooling"', 'POOLING');
    await expectSame(importCaffe(old, caffemodel(smallWeights, true)), []);
  });

  it('pools with rounding up, as Caffe does', async () => {
    const max =
      'layer { name: "p1" type: "Pooling" bottom: "c1" top: "p1" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }\n';
    const text = small
      .replace(inPlaceRelu('c1'), `${inPlaceRelu('c1')}${max}`)
      .replace('bottom: "c1" top: "c2"', 'bottom: "p1" top: "c2"');
    const model = importCaffe(text, caffemodel(smallWeights));
    expect(model.header.tensors[2]).toMatchObject({ height: 5, width: 4 });
    await expectSame(model, [{ op: 'MaxPool', attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } }]);
  });

  it('folds BatchNorm and Scale, and moves InnerProduct before the pool', () => {
    const text = `${input}${convLayer('data', { ...c1, kernel: 1, pad: 0, stride: 1 })}
      layer { name: "bn" type: "BatchNorm" bottom: "c1" top: "c1" batch_norm_param { eps: 0 } }
      layer { name: "sc" type: "Scale" bottom: "c1" top: "c1" scale_param { bias_term: true } }
      layer { name: "pool" type: "Pooling" bottom: "c1" top: "pool" pooling_param { pool: AVE kernel_h: 21 kernel_w: 18 } }
      layer { name: "fc" type: "InnerProduct" bottom: "pool" top: "fc" inner_product_param { num_output: 2 bias_term: false } }
      layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;
    const ones = (count: number, value: number) => new Array<number>(count).fill(value);
    const weights: WeightedLayer[] = [
      {
        name: 'c1',
        blobs: [
          { dims: [6, 3, 1, 1], values: ones(18, 1) },
          { dims: [6], values: ones(6, 5) },
        ],
      },
      // running sums over a factor of 2: mean 1, variance 4
      {
        name: 'bn',
        type: 'BatchNorm',
        blobs: [
          { dims: [6], values: ones(6, 2) },
          { dims: [6], values: ones(6, 8) },
          { dims: [1], values: [2] },
        ],
      },
      {
        name: 'sc',
        type: 'Scale',
        blobs: [
          { dims: [6], values: ones(6, 3) },
          { dims: [6], values: ones(6, -1) },
        ],
      },
      { name: 'fc', type: 'InnerProduct', blobs: [{ dims: [2, 6], values: noise(12) }] },
    ];
    const { description, header } = importCaffe(text, caffemodel(weights));
    const [first, second] = description.convs as FloatConv[];
    expect([...new Set(first?.weights)]).toEqual([1.5]); // 1 / sqrt(4) * 3
    expect([...new Set(first?.bias)]).toEqual([5]); // (5 - 1) / 2 * 3 - 1
    expect(second?.weights).toEqual(noise(12));
    expect(header.ops[1]).toMatchObject({ kernel: [1, 1], output: { logits: true, channels: 2 } });
  });

  it('reads a training file: data layer, loss and accuracy left aside, its mean and size taken', () => {
    const text = `layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN } transform_param { crop_size: 99 } }
      layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
        transform_param { crop_size: 20 mean_value: 1 mean_value: 2 mean_value: 3 scale: 0.5 } }
      ${convLayer('data', c1)}${inPlaceRelu('c1')}${convLayer('c1', c2)}${pool}
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "pool" bottom: "label" top: "loss" }
      layer { name: "acc" type: "Accuracy" bottom: "pool" bottom: "label" top: "acc" include { phase: TEST } }`;
    const model = importSources(
      [source('caffemodel', caffemodel(smallWeights)), source('prototxt', Buffer.from(text))],
      {},
    );
    expect(model.header.input).toMatchObject({
      height: 20,
      width: 20,
      order: 'bgr',
      mean: [1, 2, 3],
      scale: [0.5, 0.5, 0.5],
    });
  });

  it('builds the whole of ZynqNet from its topology', () => {
    const { prototxt, convs } = zynqnetTopology();
    const model = importCaffe(prototxt, caffemodel(randomWeights(convs)));
    const weights = model.description.convs.reduce((sum, conv) => sum + conv.weights.length, 0);
    expect(weights).toBe(2_524_352);
    expect(model.header.ops.length).toBe(27);
    const parsed = parseModelFile(encodeModelFile(model.description), 'zynqnet');
    parsed.header.ops.forEach((op) => {
      if (op.op !== 'conv') return;
      expect(
        sameBits(parsed.native.conv(op.weights) as FloatConv, model.description.convs[op.weights] as FloatConv),
      ).toBe(true);
    });
  });
});

const onnx = new URL('../../../../../shared/zynqnet/zynqnet.onnx', import.meta.url).pathname;

describe.skipIf(!existsSync(onnx))('ZynqNet by either way', () => {
  it('is the same network from ONNX and from Caffe files with the same weights', async () => {
    const fromOnnx = await importModel([onnx], { order: 'bgr', mean: [104, 117, 123] });
    const { prototxt, convs } = zynqnetTopology();
    const layers = convs.map(({ name, inputs, outputs, kernel }, i) => {
      const { weights, bias } = fromOnnx.description.convs[i] as FloatConv;
      return {
        name,
        blobs: [
          { dims: [outputs, inputs, kernel, kernel], values: weights },
          { dims: [outputs], values: bias },
        ],
      };
    });
    const fromCaffe = importCaffe(prototxt, caffemodel(layers));
    fromCaffe.description.convs.forEach((conv, i) => {
      expect(sameBits(conv as FloatConv, fromOnnx.description.convs[i] as FloatConv), `convolution ${i}`).toBe(true);
    });
    const shapes = ({ header }: ImportedModel) => header.ops.map(({ name, ...op }) => op);
    expect(shapes(fromCaffe)).toEqual(shapes(fromOnnx));
  });
});

describe('Caffe networks that are refused', () => {
  const edit = (from: string, to: string) => small.replace(from, to);
  const cases: [string, string, RegExp][] = [
    ['unknown layer', edit('type: "ReLU"', 'type: "PReLU"'), /^IMPORT_UNSUPPORTED layer 'c1\/relu' \(PReLU\)/],
    [
      'leaky ReLU',
      edit('top: "c1" }', 'top: "c1" relu_param { negative_slope: 0.1 } }'),
      /^IMPORT_UNSUPPORTED .*leaky/,
    ],
    [
      'groups',
      edit('num_output: 6', 'num_output: 6 group: 3'),
      /^IMPORT_UNSUPPORTED layer 'c1' \(Convolution\): group 3/,
    ],
    ['kernel of 11', edit('kernel_size: 3', 'kernel_size: 11'), /^IMPORT_UNSUPPORTED .*11x11/],
    ['no kernel', edit('kernel_size: 3', ''), /^IMPORT_GRAPH .*no kernel_size/],
    ['no outputs', edit('num_output: 6', 'num_output: 0'), /^IMPORT_UNSUPPORTED .*0 output channels/],
    [
      'four billion outputs',
      edit('num_output: 6', 'num_output: 4294967295'),
      /^IMPORT_UNSUPPORTED .*4294967295 output channels/,
    ],
    ['stochastic pooling', edit('pool: AVE', 'pool: STOCHASTIC'), /^IMPORT_UNSUPPORTED .*stochastic/],
    [
      'missing layer',
      edit('bottom: "c1" top: "c2"', 'bottom: "c9" top: "c2"'),
      /^IMPORT_GRAPH .*'c9', which nothing before it writes/,
    ],
    [
      'two results',
      edit('bottom: "c2" top: "pool"', 'bottom: "c1" top: "pool"'),
      /^IMPORT_UNSUPPORTED .*2 results \(c2, pool\)/,
    ],
    ['a blob written twice', edit('top: "pool"', 'top: "c1"'), /^IMPORT_GRAPH .*a second time/],
    [
      'other weights',
      edit('num_output: 5', 'num_output: 4'),
      /^IMPORT_WEIGHTS layer 'c2'.*blob is 5x6x1x1, the prototxt needs 4x6x1x1/,
    ],
    ['no weights', small.replaceAll('"c2"', '"c3"'), /^IMPORT_WEIGHTS layer 'c3'.*no weights/],
    [
      'an unknown field',
      edit('num_output: 6', 'num_outputs: 6'),
      /^IMPORT_FORMAT .*unknown field 'num_outputs' \(line/,
    ],
    ['an open brace', small.slice(0, -1), /^IMPORT_FORMAT .*expected '}'/],
    ['no input', small.replace(input, ''), /^IMPORT_GRAPH .*no input/],
    ['an empty file', '\n', /^IMPORT_GRAPH .*no input/],
    ['deep nesting', `layer { ${'weight_filler { '.repeat(500)}`, /^IMPORT_FORMAT /],
  ];
  it.each(cases)('%s', (_, prototxt, reason) => {
    expect(refusal(() => importCaffe(prototxt, caffemodel(smallWeights)))).toMatch(reason);
  });

  it('says which file is missing', () => {
    expect(refusal(() => importSources([source('prototxt', Buffer.from(small))], {}))).toMatch(
      /also give its .caffemodel or .net/,
    );
    expect(refusal(() => importSources([source('caffemodel', caffemodel(smallWeights))], {}))).toMatch(
      /also give its .prototxt/,
    );
    expect(refusal(() => importSources([], {}))).toMatch(/^IMPORT_OPTIONS/);
  });
});
