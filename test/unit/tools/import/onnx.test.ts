import { describe, expect, it } from 'vitest';
import { expectAgreement, importOnnx, refusal } from './support/agree.js';
import { batchNorm, between, conv, ending, network, pads, tail } from './support/networks.js';
import { type NodeSpec, noise, onnxFile, weights } from './support/onnx-file.js';

describe('ONNX networks give the original answers', () => {
  it('keeps weights exactly, writes the last convolution wide and drops the pool', async () => {
    const spec = network();
    const model = await expectAgreement(spec);
    expect(model.description.convs[0]?.weights).toEqual(Float32Array.from(spec.initializers?.w1?.values ?? []));
    expect(model.header.ops.map(({ op }) => op)).toEqual(['conv', 'conv']);
    expect(model.header.ops[1]?.output).toEqual({ logits: true, offset: 0, channels: 5 });
  });

  it.each([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])('opset %i', async (opset) => {
    await expectAgreement(network({ opset }));
  });

  it.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])('auto_pad %s', async (mode) => {
    await expectAgreement(
      network({ nodes: [conv('data', 'w1', 'c1', { auto_pad: mode, strides: [2, 2] }), ...tail('c1')] }),
    );
  });

  it('folds batch normalisation into the convolution before it', async () => {
    const { node, initializers } = batchNorm('c2', 5, 'n');
    const model = await expectAgreement(
      ending([node, { op: 'Relu', inputs: ['n'], output: 'r' }, ...tail('r')], initializers),
    );
    expect(model.header.ops.at(-1)).toMatchObject({ op: 'conv', relu: true });
  });

  it('folds batch normalisation behind ReLU into an unpadded convolution', async () => {
    const { node, initializers } = batchNorm('r1', 6, 'n');
    await expectAgreement(
      ending([node, conv('n', 'w3', 'c3'), ...tail('c3')], { ...initializers, w3: weights([4, 6, 1, 1], 3) }),
    );
  });

  it('folds batch normalisation through a concatenation', async () => {
    const { node, initializers } = batchNorm('j', 9, 'n');
    const nodes: NodeSpec[] = [
      conv('r1', 'w3', 'c3'),
      conv('r1', 'w2', 'c4', pads),
      { op: 'Concat', inputs: ['c3', 'c4'], output: 'j', attributes: { axis: 1 } },
      node,
      { op: 'Relu', inputs: ['n'], output: 'r' },
      ...tail('r'),
    ];
    await expectAgreement(ending(nodes, { ...initializers, w3: weights([4, 6, 1, 1], 3) }));
  });

  it('folds factors on the picture into the normalisation of the input', async () => {
    const spec = network();
    const nodes: NodeSpec[] = [
      { op: 'Sub', inputs: ['data', 'mean'], output: 'd1' },
      { op: 'Div', inputs: ['d1', 'std'], output: 'd2' },
      conv('d2', 'w1', 'c1', pads),
      ...tail('c1'),
    ];
    const model = await expectAgreement({
      ...spec,
      nodes,
      initializers: {
        ...spec.initializers,
        mean: { dims: [1, 3, 1, 1], values: [0.5, 0.4, 0.3] },
        std: { dims: [3, 1, 1], values: [0.2, 0.3, 0.25] },
      },
    });
    expect(model.header.input.mean[1]).toBeCloseTo(0.4, 6);
    expect(model.header.input.scale[0]).toBeCloseTo(5, 5);
  });

  it.each([
    ['Mul', 'Add'],
    ['Div', 'Sub'],
  ])('folds %s and %s constants behind the pool', async (first, second) => {
    const nodes: NodeSpec[] = [
      ...tail('c2'),
      { op: first, inputs: ['flat', 'f'], output: 'a' },
      { op: second, inputs: ['a', 'g'], output: 'b' },
      { op: 'Softmax', inputs: ['b'], output: 'p', attributes: { axis: 1 } },
    ];
    await expectAgreement(
      ending(nodes, { f: { dims: [5], values: noise(5, 3) }, g: { dims: [1, 5], values: noise(5, 4) } }),
    );
  });

  it('moves a fully connected layer from behind the pool to before it', async () => {
    const gemm: NodeSpec = {
      op: 'Gemm',
      inputs: ['flat', 'k', 'kb'],
      output: 'y',
      attributes: { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
    };
    const model = await expectAgreement(
      ending([{ op: 'Relu', inputs: ['c2'], output: 'r' }, ...tail('r'), gemm], {
        k: weights([7, 5], 5),
        kb: { dims: [7], values: noise(7, 6) },
      }),
    );
    expect(model.header.labels.length).toBe(7);
    expect(model.header.ops.at(-1)).toMatchObject({ kernel: [1, 1], output: { logits: true, channels: 7 } });
  });

  it('turns fully connected layers over a small picture into convolutions', async () => {
    const nodes: NodeSpec[] = [
      { op: 'Relu', inputs: ['c2'], output: 'r' },
      { op: 'Flatten', inputs: ['r'], output: 'f' },
      { op: 'MatMul', inputs: ['f', 'k'], output: 'h' },
      { op: 'Add', inputs: ['h', 'kb'], output: 'hb' },
      { op: 'Relu', inputs: ['hb'], output: 'hr' },
      { op: 'Gemm', inputs: ['hr', 'l'], output: 'y' },
      { op: 'LogSoftmax', inputs: ['y'], output: 'p', attributes: { axis: 1 } },
    ];
    const model = await expectAgreement(
      ending(nodes, { k: weights([100, 8], 5), kb: { dims: [8], values: noise(8, 6) }, l: weights([8, 3], 7) }),
    );
    expect(model.header.ops[2]).toMatchObject({ kernel: [5, 4], relu: true });
  });

  it.each([
    [0, [0, 0, 0, 0]],
    [1, [0, 0, 0, 0]],
    [0, [1, 1, 1, 1]],
    [1, [0, 0, 1, 1]],
  ])('max-pool, ceil_mode %i, pads %j', async (ceil, padding) => {
    const pool: NodeSpec = {
      op: 'MaxPool',
      inputs: ['r1'],
      output: 'x',
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: padding, ceil_mode: ceil },
    };
    await expectAgreement({ ...between([pool]), input: [1, 3, 21, 18] });
  });

  it('moves ReLU from behind a max-pool to before it', async () => {
    const nodes: NodeSpec[] = [
      { op: 'MaxPool', inputs: ['c2'], output: 'm', attributes: { kernel_shape: [3, 3], strides: [2, 2] } },
      { op: 'Relu', inputs: ['m'], output: 'r' },
      conv('r', 'w3', 'c3', pads),
      ...tail('c3'),
    ];
    await expectAgreement(ending(nodes, { w3: weights([4, 5, 3, 3], 3) }));
  });

  it('joins nested concatenations in one tensor, and lets the parts be read on their own', async () => {
    const nodes: NodeSpec[] = [
      conv('r1', 'a', 'ca'),
      { op: 'Relu', inputs: ['ca'], output: 'ra' },
      conv('r1', 'a2', 'cb', pads),
      { op: 'Concat', inputs: ['ra', 'cb'], output: 'j1', attributes: { axis: 1 } },
      conv('j1', 'k', 'ck'),
      { op: 'Concat', inputs: ['ck', 'j1'], output: 'j2', attributes: { axis: -3 } },
      conv('j2', 'l', 'cl'),
      ...tail('cl'),
    ];
    const initializers = {
      a: weights([2, 6, 1, 1], 1),
      a2: weights([3, 6, 3, 3], 2),
      k: weights([4, 5, 1, 1], 3),
      l: weights([3, 9, 1, 1], 4),
    };
    // ck would have to be written into the tensor that it is computed from
    expect(refusal(() => importOnnx(onnxFile(ending(nodes, initializers))))).toMatch(
      /IMPORT_UNSUPPORTED layer 'Conv_ck'.*its own input/,
    );
    const apart = nodes.map((node) => (node.output === 'ck' ? conv('ra', 'k', 'ck') : node)).slice(0, -2);
    expect(
      refusal(() =>
        importOnnx(onnxFile(ending([...apart, ...tail('cl')], { ...initializers, k: weights([4, 2, 1, 1], 3) }))),
      ),
    ).toMatch(/its own input/);
    const beside = nodes.map((node) => (node.output === 'ck' ? conv('r1', 'k', 'ck') : node));
    const model = await expectAgreement(ending(beside, { ...initializers, k: weights([4, 6, 1, 1], 3) }));
    expect(model.header.tensors.length).toBe(3);
    expect(model.header.ops.map(({ output }) => ('tensor' in output ? output.offset : 'logits'))).toEqual([
      0,
      4,
      6,
      0,
      'logits',
    ]);
  });

  it('averages what no convolution can write as logits', async () => {
    const nodes: NodeSpec[] = [
      { op: 'MaxPool', inputs: ['r1'], output: 'm', attributes: { kernel_shape: [3, 3], strides: [2, 2] } },
      conv('r1', 'w3', 'c3', { strides: [2, 2] }),
      { op: 'Concat', inputs: ['m', 'c3'], output: 'j', attributes: { axis: 1 } },
      ...tail('j'),
    ];
    const model = await expectAgreement(ending(nodes, { w3: weights([4, 6, 3, 3], 3) }));
    expect(model.header.ops.map(({ op, output }) => [op, 'logits' in output && output.offset])).toEqual([
      ['conv', false],
      ['maxpool', false],
      ['conv', 6],
      ['gap', 0],
    ]);
  });

  it('reads the shape programs that exporters write for view(x.size(0), -1)', async () => {
    const nodes: NodeSpec[] = [
      { op: 'GlobalAveragePool', inputs: ['c2'], output: 'pool' },
      { op: 'Shape', inputs: ['pool'], output: 's' },
      { op: 'Constant', inputs: [], output: 'zero', attributes: { value: { dims: [], values: [0], whole: true } } },
      { op: 'Gather', inputs: ['s', 'zero'], output: 'n', attributes: { axis: 0 } },
      { op: 'Unsqueeze', inputs: ['n', 'axis'], output: 'nu' },
      { op: 'Concat', inputs: ['nu', 'rest'], output: 'shape', attributes: { axis: 0 } },
      { op: 'Reshape', inputs: ['pool', 'shape'], output: 'y' },
    ];
    await expectAgreement(
      ending(nodes, { axis: { dims: [1], values: [0], whole: true }, rest: { dims: [1], values: [-1], whole: true } }),
    );
  });

  it.each([
    [9, [{ op: 'ReduceMean', inputs: ['c2'], output: 'y', attributes: { axes: [2, 3], keepdims: 0 } }]],
    [13, [{ op: 'ReduceMean', inputs: ['c2'], output: 'y', attributes: { axes: [-2, -1], keepdims: 0 } }]],
    [18, [{ op: 'ReduceMean', inputs: ['c2', 'axes'], output: 'y', attributes: { keepdims: 0 } }]],
    [
      11,
      [
        { op: 'AveragePool', inputs: ['c2'], output: 'a', attributes: { kernel_shape: [5, 4] } },
        { op: 'Squeeze', inputs: ['a'], output: 'y', attributes: { axes: [2, 3] } },
      ],
    ],
    [
      13,
      [
        { op: 'GlobalAveragePool', inputs: ['c2'], output: 'a' },
        { op: 'Squeeze', inputs: ['a', 'axes'], output: 'y' },
      ],
    ],
    [
      11,
      [
        { op: 'GlobalAveragePool', inputs: ['c2'], output: 'a' },
        { op: 'Squeeze', inputs: ['a'], output: 'b', attributes: { axes: [3] } },
        { op: 'Squeeze', inputs: ['b'], output: 'y', attributes: { axes: [-1] } },
      ],
    ],
    [
      13,
      [
        { op: 'Dropout', inputs: ['c2'], output: 'd' },
        { op: 'Identity', inputs: ['d'], output: 'i' },
        { op: 'GlobalAveragePool', inputs: ['i'], output: 'y' },
      ],
    ],
  ] as [number, NodeSpec[]][])('the average under its other names (opset %i, %#)', async (opset, nodes) => {
    await expectAgreement(ending(nodes, { axes: { dims: [2], values: [2, 3], whole: true } }, opset));
  });

  it('takes zero padding written as its own layer, and Clip from 0 as ReLU', async () => {
    const nodes: NodeSpec[] = [
      { op: 'Pad', inputs: ['r1', 'amounts'], output: 'p' },
      conv('p', 'w2', 'c3'),
      { op: 'Clip', inputs: ['c3', 'low'], output: 'k' },
      ...tail('k'),
    ];
    await expectAgreement(
      ending(nodes, {
        amounts: { dims: [8], values: [0, 0, 1, 0, 0, 0, 2, 1], whole: true },
        low: { dims: [], values: [0] },
      }),
    );
  });

  it('reads float16 and listed weights, and a size given by --crop', () => {
    const spec = network({ input: ['N', 3, 'H', 'W'] });
    expect(refusal(() => importOnnx(onnxFile(spec)))).toMatch(
      /IMPORT_UNSUPPORTED input 'data': height and width are left open/,
    );
    const model = importOnnx(onnxFile(spec), { crop: [10, 12] });
    expect(model.header.input).toMatchObject({ width: 10, height: 12 });
    expect(model.header.preprocessing).toEqual({ mode: 'cover', resize: null, crop: false });
  });
});
