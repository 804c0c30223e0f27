import { describe, expect, it } from 'vitest';
import { encodeModelFile, parseModelFile } from '../../../../daemon/model/model-file.js';
import { ZynqnetError } from '../../../../daemon/util/error.js';
import { type ImportedModel, importSources } from '../../../../tools/import/import-model.js';
import { source } from './support/agree.js';
import {
  caffemodelObject,
  convLayer,
  deepCompressionFile,
  encodeCaffemodel,
  inPlaceRelu,
  randomWeights,
} from './support/caffe-file.js';
import { Dice, damageBytes, damageObject, damageText } from './support/mutations.js';
import { batchNorm, between, conv, ending, network, pads, tail } from './support/networks.js';
import { encodeOnnx, noise, onnxObject, weights } from './support/onnx-file.js';

// A short run in every test run; `npm run fuzz:import` is the long one. ZYNQNETD_FUZZ_SEED starts elsewhere.
const runs = Number(process.env.ZYNQNETD_FUZZ_RUNS ?? 200);
const firstSeed = Number(process.env.ZYNQNETD_FUZZ_SEED ?? 1);

/** Whatever comes in: a model that the native parser takes, or a refusal with a code and a reason. */
function survives(body: () => ImportedModel): 'imported' | 'refused' {
  try {
    const { description } = body();
    parseModelFile(encodeModelFile(description), 'fuzz');
    return 'imported';
  } catch (error) {
    if (!(error instanceof ZynqnetError)) throw error;
    expect(error.code).toMatch(/^(IMPORT|MODEL)_/);
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.message.length).toBeLessThan(600);
    return 'refused';
  }
}

function fuzz(body: (dice: Dice) => () => ImportedModel): void {
  let refused = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      if (survives(body(new Dice(seed))) === 'refused') refused++;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).stack}`, { cause: error });
    }
  }
  expect(refused, 'damage must be noticed').toBeGreaterThan(runs / 20);
}

const norm = batchNorm('c2', 5, 'n');
const networks = [
  network({ input: [1, 3, 9, 8] }),
  ending([norm.node, { op: 'Relu', inputs: ['n'], output: 'r' }, ...tail('r')], norm.initializers),
  ending(
    [
      conv('r1', 'w3', 'c3', pads),
      { op: 'Concat', inputs: ['c2', 'c3'], output: 'j', attributes: { axis: 1 } },
      { op: 'Relu', inputs: ['j'], output: 'r' },
      ...tail('r'),
      { op: 'Gemm', inputs: ['flat', 'k'], output: 'g', attributes: { transB: 1 } },
      { op: 'Softmax', inputs: ['g'], output: 'p', attributes: { axis: 1 } },
    ],
    { w3: weights([2, 6, 3, 3], 3), k: weights([4, 7], 4) },
  ),
  between([
    { op: 'MaxPool', inputs: ['r1'], output: 'x', attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } },
  ]),
].map(onnxObject);

const convs = [
  { name: 'c1', inputs: 3, outputs: 4, kernel: 3, stride: 2, pad: 1 },
  { name: 'c2', inputs: 4, outputs: 3, kernel: 1 },
];
const [first, second] = convs as [(typeof convs)[0], (typeof convs)[0]];
const prototxt = `input: "data"
input_shape { dim: 1 dim: 3 dim: 9 dim: 9 }
${convLayer('data', first)}${inPlaceRelu('c1')}${convLayer('c1', second)}
layer { name: "pool" type: "Pooling" bottom: "c2" top: "pool" pooling_param { pool: AVE global_pooling: true } }
layer { name: "prob" type: "Softmax" bottom: "pool" top: "prob" }`;
const caffe = caffemodelObject(randomWeights(convs));
const net = deepCompressionFile([
  { codes: new Uint8Array(108).fill(7), codebook: noise(256, 1), bias: noise(4) },
  { codes: new Uint8Array(12).fill(9), codebook: noise(256, 2), bias: noise(3) },
]);
const text = source('prototxt', Buffer.from(prototxt));

describe(`hostile files, ${runs} runs each`, () => {
  it('ONNX, damaged bytes', () => {
    const files = networks.map(encodeOnnx);
    fuzz((dice) => {
      const bytes = damageBytes(dice.pick(files), dice);
      return () => importSources([source('onnx', bytes)], {});
    });
  }, 3_600_000);

  it('ONNX, well-formed nonsense', () => {
    fuzz((dice) => {
      const bytes = encodeOnnx(damageObject(dice.pick(networks), dice));
      return () => importSources([source('onnx', bytes)], {});
    });
  }, 3_600_000);

  it('caffemodel, damaged bytes', () => {
    const file = encodeCaffemodel(caffe);
    fuzz((dice) => {
      const bytes = damageBytes(file, dice);
      return () => importSources([text, source('caffemodel', bytes)], {});
    });
  }, 3_600_000);

  it('caffemodel, well-formed nonsense', () => {
    fuzz((dice) => {
      const bytes = encodeCaffemodel(damageObject(caffe, dice));
      return () => importSources([text, source('caffemodel', bytes)], {});
    });
  }, 3_600_000);

  it('prototxt', () => {
    const model = source('caffemodel', encodeCaffemodel(caffe));
    fuzz((dice) => {
      const damaged = Buffer.from(damageText(prototxt, dice));
      return () => importSources([source('prototxt', damaged), model], {});
    });
  }, 3_600_000);

  it('Deep Compression', () => {
    fuzz((dice) => {
      const bytes = damageBytes(net, dice);
      return () => importSources([text, source('deep-compression', bytes)], {});
    });
  }, 3_600_000);

  it('files of another kind under a known name', () => {
    fuzz((dice) => {
      const bytes = Uint8Array.from({ length: dice.below(300) }, () => dice.below(256));
      const kind = dice.pick(['onnx', 'caffemodel', 'deep-compression'] as const);
      return () => importSources(kind === 'onnx' ? [source(kind, bytes)] : [source(kind, bytes), text], {});
    });
  }, 3_600_000);
});
