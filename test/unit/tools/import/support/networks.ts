import { type NodeSpec, noise, type OnnxSpec, weights } from './onnx-file.js';

export const conv = (input: string, weight: string, output: string, more: NodeSpec['attributes'] = {}): NodeSpec => ({
  op: 'Conv',
  inputs: [input, weight],
  output,
  attributes: more,
});
export const pads = { pads: [1, 1, 1, 1] };
export const tail = (input: string): NodeSpec[] => [
  { op: 'GlobalAveragePool', inputs: [input], output: 'pool' },
  { op: 'Flatten', inputs: ['pool'], output: 'flat' },
];

/** conv - relu - conv - gap - flatten, with room for one more idea. */
export function network(change: Partial<OnnxSpec> = {}): OnnxSpec {
  return {
    nodes: [
      conv('data', 'w1', 'c1', { ...pads, strides: [2, 2] }),
      { op: 'Relu', inputs: ['c1'], output: 'r1' },
      conv('r1', 'w2', 'c2', pads),
      ...tail('c2'),
    ],
    initializers: { w1: weights([6, 3, 3, 3], 1), w2: weights([5, 6, 3, 3], 2) },
    input: ['N', 3, 9, 8],
    ...change,
  };
}

/** The network with `nodes` between its first ReLU (r1) and its second convolution, which reads `x`. */
export function between(nodes: NodeSpec[], initializers: OnnxSpec['initializers'] = {}, opset = 13): OnnxSpec {
  const base = network();
  return {
    ...base,
    opset,
    nodes: [...base.nodes.slice(0, 2), ...nodes, conv('x', 'w2', 'c2', pads), ...tail('c2')],
    initializers: { ...base.initializers, ...initializers },
  };
}

/** The network with other layers after its second convolution c2. */
export function ending(nodes: NodeSpec[], initializers: OnnxSpec['initializers'] = {}, opset = 13): OnnxSpec {
  const base = network();
  return {
    ...base,
    opset,
    nodes: [...base.nodes.slice(0, 3), ...nodes],
    initializers: { ...base.initializers, ...initializers },
  };
}

export const batchNorm = (input: string, channels: number, output: string) => ({
  node: {
    op: 'BatchNormalization',
    inputs: [input, 'g', 'b', 'm', 'v'],
    output,
    attributes: { epsilon: { float: 1e-3 } },
  } as NodeSpec,
  initializers: {
    g: { dims: [channels], values: noise(channels, 11) },
    b: { dims: [channels], values: noise(channels, 12) },
    m: { dims: [channels], values: noise(channels, 13) },
    v: { dims: [channels], values: noise(channels, 14).map((value) => value * value + 0.1) },
  },
});
