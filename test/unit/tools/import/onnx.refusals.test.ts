import { describe, expect, it } from 'vitest';
import { importOnnx, refusal } from './support/agree.js';
import { batchNorm, between, conv, ending, network, tail } from './support/networks.js';
import { type OnnxSpec, onnxFile, valueInfo, weights } from './support/onnx-file.js';

describe('what the accelerator cannot run is named with its layer', () => {
  const cases: [string, OnnxSpec, RegExp][] = [
    [
      'grouped convolution',
      network({ nodes: [conv('data', 'w1', 'c', { group: 3 }), ...tail('c')] }),
      /layer 'Conv_c' \(Conv\): group 3/,
    ],
    [
      'kernel 9x9',
      network({
        nodes: [conv('data', 'w9', 'c'), ...tail('c')],
        initializers: { w9: weights([2, 3, 9, 9], 1) },
        input: [1, 3, 20, 20],
      }),
      /kernel is 9x9/,
    ],
    ['stride 3', network({ nodes: [conv('data', 'w1', 'c', { strides: [3, 3] }), ...tail('c')] }), /stride is 3x3/],
    ['dilation', network({ nodes: [conv('data', 'w1', 'c', { dilations: [2, 2] }), ...tail('c')] }), /dilation 2x2/],
    [
      'negative padding',
      network({ nodes: [conv('data', 'w1', 'c', { pads: [-1, 0, 0, 0] }), ...tail('c')] }),
      /negative padding/,
    ],
    [
      'ReLU6',
      between([{ op: 'Clip', inputs: ['r1', 'lo', 'hi'], output: 'x' }], {
        lo: { dims: [], values: [0] },
        hi: { dims: [], values: [6] },
      }),
      /Clip_x' \(Clip\): clips at 6/,
    ],
    ['residual addition', between([{ op: 'Add', inputs: ['r1', 'r1'], output: 'x' }]), /combines two layers/],
    [
      'sigmoid',
      between([{ op: 'Sigmoid', inputs: ['r1'], output: 'x' }]),
      /layer 'Sigmoid_x' \(Sigmoid\): this operator does not run/,
    ],
    ['foreign domain', between([{ op: 'Conv', domain: 'com.acme', inputs: ['r1'], output: 'x' }]), /'com.acme'/],
    [
      '2x2 max-pool',
      between([{ op: 'MaxPool', inputs: ['r1'], output: 'x', attributes: { kernel_shape: [2, 2], strides: [2, 2] } }]),
      /max-pool 2x2/,
    ],
    [
      'average of windows',
      between([{ op: 'AveragePool', inputs: ['r1'], output: 'x', attributes: { kernel_shape: [2, 2] } }]),
      /averages 2x2 of 5x4/,
    ],
    [
      'concat of rows',
      between([{ op: 'Concat', inputs: ['r1', 'r1'], output: 'x', attributes: { axis: 2 } }]),
      /axis 2/,
    ],
    [
      'the same layer twice',
      between([{ op: 'Concat', inputs: ['r1', 'r1'], output: 'x', attributes: { axis: 1 } }], {
        w2: weights([5, 12, 3, 3], 2),
      }),
      /joins the same layer twice/,
    ],
    [
      'ReLU on one branch',
      ending(
        [
          { op: 'Relu', inputs: ['c2'], output: 'r' },
          conv('c2', 'w3', 'c3'),
          { op: 'Concat', inputs: ['r', 'c3'], output: 'j', attributes: { axis: 1 } },
          ...tail('j'),
        ],
        { w3: weights([2, 5, 1, 1], 1) },
      ),
      /read both with and without ReLU/,
    ],
    [
      'batch norm that folds nowhere',
      between([batchNorm('r1', 6, 'x').node], batchNorm('r1', 6, 'x').initializers),
      /factors fold into no convolution/,
    ],
    [
      'hidden layer behind the pool',
      ending(
        [
          ...tail('c2'),
          { op: 'Gemm', inputs: ['flat', 'k'], output: 'h' },
          { op: 'Relu', inputs: ['h'], output: 'hr' },
          { op: 'Gemm', inputs: ['hr', 'l'], output: 'y' },
        ],
        { k: weights([5, 4], 1), l: weights([4, 3], 2) },
      ),
      /hidden layer with ReLU after the global average pool/,
    ],
    ['no pool at the end', ending([]), /has 5x4 positions; a global average pool is missing/],
    [
      'softmax of positions',
      ending([{ op: 'Softmax', inputs: ['c2'], output: 'y', attributes: { axis: 1 } }]),
      /softmax before the global average pool/,
    ],
    ['two outputs', network({ outputs: ['flat', 'c1'] }), /2 outputs/],
    ['two inputs', network({ inputs: [valueInfo('data', [1, 3, 8, 8]), valueInfo('more', [1, 3, 8, 8])] }), /2 inputs/],
    ['opset 7', network({ opset: 7 }), /opset 7/],
    ['opset 30', network({ opset: 30 }), /opset 30/],
    [
      'five channels',
      network({ input: [1, 5, 8, 8], initializers: { w1: weights([6, 5, 3, 3], 1), w2: weights([5, 6, 3, 3], 2) } }),
      /1 to 4 channels/,
    ],
  ];
  it.each(cases)('%s', (_, spec, reason) => {
    const message = refusal(() => importOnnx(onnxFile(spec)));
    expect(message).toMatch(/^IMPORT_UNSUPPORTED /);
    expect(message).toMatch(reason);
  });
});

describe('graphs and weights that contradict themselves', () => {
  const bad = (value: number) => {
    const spec = network();
    const values = Float32Array.from(spec.initializers?.w2?.values ?? []);
    values[3] = value;
    return { ...spec, initializers: { ...spec.initializers, w2: { dims: [5, 6, 3, 3], values } } };
  };
  const cases: [string, OnnxSpec, RegExp][] = [
    ['NaN', bad(Number.NaN), /^IMPORT_WEIGHTS layer 'Conv_c2' \(Conv\): weight 3 is NaN/],
    ['infinity', bad(Number.POSITIVE_INFINITY), /^IMPORT_WEIGHTS .*weight 3 is Infinity/],
    [
      'missing initializer',
      network({ initializers: { w1: weights([6, 3, 3, 3], 1) } }),
      /^IMPORT_GRAPH .*'w2', which nothing before it writes/,
    ],
    [
      'a cycle',
      network({ nodes: [conv('c2', 'w1', 'c1'), conv('c1', 'w2', 'c2'), ...tail('c2')] }),
      /^IMPORT_GRAPH .*'c2', which nothing before it writes/,
    ],
    [
      'a name written twice',
      network({ nodes: [conv('data', 'w1', 'c1'), conv('data', 'w1', 'c1'), ...tail('c1')] }),
      /^IMPORT_GRAPH .*a second time/,
    ],
    [
      'wrong channels',
      network({ initializers: { w1: weights([6, 4, 3, 3], 1), w2: weights([5, 6, 3, 3], 2) } }),
      /^IMPORT_WEIGHTS .*4 input channels/,
    ],
    [
      'too few values',
      network({ initializers: { w1: { dims: [6, 3, 3, 3], values: [1, 2] }, w2: weights([5, 6, 3, 3], 2) } }),
      /^IMPORT_WEIGHTS initializer 'w1': 8 bytes/,
    ],
    [
      'huge dimensions',
      network({ initializers: { w1: { dims: [2 ** 30, 2 ** 30, 3, 3], values: [1] }, w2: weights([5, 6, 3, 3], 2) } }),
      /^IMPORT_WEIGHTS .*impossible dimensions/,
    ],
    ['a huge picture', network({ input: [1, 3, 2 ** 31, 2 ** 31] }), /^IMPORT_UNSUPPORTED /],
    [
      'joins of different sizes',
      between([{ op: 'Concat', inputs: ['r1', 'data'], output: 'x', attributes: { axis: 1 } }]),
      /^IMPORT_GRAPH .*joins 5x4 with 9x8/,
    ],
    ['no output', network({ outputs: [] }), /^IMPORT_GRAPH .*no output/],
    ['an output that nobody writes', network({ outputs: ['nothing'] }), /^IMPORT_GRAPH .*'nothing'/],
  ];
  it.each(cases)('%s', (_, spec, reason) => {
    expect(refusal(() => importOnnx(onnxFile(spec)))).toMatch(reason);
  });
});
