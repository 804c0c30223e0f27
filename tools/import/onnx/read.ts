import { GraphBuilder, type Value } from '../graph/builder.js';
import type { Graph } from '../graph/nodes.js';
import { damaged, inconsistent, refuse, shown, unsupported } from '../import-errors.js';
import { limits } from '../limits.js';
import { decodeMessage, integer } from '../protobuf.js';
import { constantNode, isConstant, shape } from './constants.js';
import { NodeContext, Scope } from './context.js';
import { arithmetic, concat, gemm, matMul } from './joins.js';
import { batchNormalization, clip, conv, pad, relu } from './layers.js';
import { averagePool, globalAveragePool, maxPool, reduceMean } from './pools.js';
import { evaluate } from './programs.js';
import { type GraphProto, type ModelProto, modelProto, type ValueInfoProto } from './proto.js';
import { flatten, identity, reshape, softmax, squeeze, unsqueeze } from './shaping.js';

const operators: Readonly<Record<string, (node: NodeContext) => void>> = {
  Add: arithmetic,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Clip: clip,
  Concat: concat,
  Constant: constantNode,
  Conv: conv,
  Div: arithmetic,
  Dropout: identity,
  Flatten: flatten,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  Identity: identity,
  LogSoftmax: softmax,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: arithmetic,
  Pad: pad,
  ReduceMean: reduceMean,
  Relu: relu,
  Reshape: reshape,
  Shape: shape,
  Softmax: softmax,
  Squeeze: squeeze,
  Sub: arithmetic,
  Unsqueeze: unsqueeze,
};

/** What the exporters write; older and newer sets give operators other meanings. */
const opsets = { first: 9, last: 21 } as const;

export interface OnnxNetwork {
  readonly graph: Graph;
  readonly inputName: string;
  /** the program that wrote the file */
  readonly producer: string;
  readonly opset: number;
}

/**
 * Reads an ONNX model (opset 9 to 21). `size` is the picture's height and width where the file leaves them open.
 * Throws ZynqnetError: IMPORT_FORMAT, IMPORT_GRAPH, IMPORT_WEIGHTS or IMPORT_UNSUPPORTED with the layer's name.
 */
export function readOnnx(bytes: Uint8Array, file: string, size?: { height: number; width: number }): OnnxNetwork {
  const model = decodeMessage<ModelProto>(modelProto, bytes, file);
  const { graph } = model;
  if (graph === undefined || graph === null || graph.node.length === 0) damaged(`${file} holds no ONNX graph`);
  const opset = opsetOf(model, file);
  if (graph.sparse_initializer.length > 0) unsupported(file, 'sparse initializers');
  if (graph.node.length > 16 * limits.ops)
    unsupported(file, `${graph.node.length} nodes; far more than a network that fits`);
  const scope = new Scope(graph.initializer);
  const builder = new GraphBuilder();
  const info = pictureOf(graph, scope, file);
  const input = builder.input(info.name, inputShape(info, size));
  scope.set(`input '${shown(info.name)}'`, info.name, { value: input });
  for (const node of graph.node) runNode(new NodeContext(node, scope, builder, opset));
  const output = outputOf(graph, scope, file);
  const producer = `${shown(model.producer_name)} ${shown(model.producer_version)}`.trim();
  return { graph: builder.finish(input, output), inputName: info.name, producer, opset };
}

function runNode(node: NodeContext): void {
  const { op_type: operator, domain } = node.node;
  if (domain !== '' && domain !== 'ai.onnx') {
    unsupported(node.layer, `an operator of '${shown(domain)}' does not run on the accelerator`);
  }
  if (operator !== 'Constant' && isConstant(node)) {
    node.set({ constant: evaluate(node) });
    return;
  }
  const run = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (run === undefined) unsupported(node.layer, 'this operator does not run on the accelerator');
  run(node);
}

function opsetOf(model: ModelProto, file: string): number {
  const entry = model.opset_import.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (entry === undefined) damaged(`${file}: no opset is given`);
  const opset = integer(entry.version);
  if (!(opset >= opsets.first && opset <= opsets.last)) {
    refuse(
      'IMPORT_UNSUPPORTED',
      `${file}: opset ${opset}; export it with opset ${opsets.first} to ${opsets.last} (17 is a good choice)`,
    );
  }
  return opset;
}

/** The one input that is no initializer (old exporters list those as inputs too). */
function pictureOf(graph: GraphProto, scope: Scope, file: string): ValueInfoProto {
  const open = graph.input.filter(({ name }) => !scope.isInitializer(name));
  const [info] = open;
  if (info === undefined) inconsistent(file, 'the graph has no input');
  if (open.length > 1) unsupported(file, `the graph has ${open.length} inputs; one picture is all there is`);
  return info;
}

function inputShape(info: ValueInfoProto, size: { height: number; width: number } | undefined) {
  const layer = `input '${shown(info.name)}'`;
  const tensor = info.type?.tensor_type;
  if (tensor?.elem_type !== 1 && tensor?.elem_type !== 10) unsupported(layer, 'not a float tensor');
  const dims = tensor.shape?.dim ?? [];
  if (dims.length !== 4) unsupported(layer, `${dims.length} dimensions; a picture has 4: N, channels, height, width`);
  const [batch, channels, height, width] = dims.map(({ dim_value: value }) => {
    const number = value === undefined || value === null ? 0 : integer(value);
    return number > 0 ? number : undefined;
  });
  if (batch !== undefined && batch > 4096) unsupported(layer, `a batch of ${batch}`);
  if (channels === undefined) unsupported(layer, 'the number of channels is left open');
  if (height === undefined || width === undefined) {
    if (size === undefined)
      unsupported(layer, 'height and width are left open; give them with --crop WxH or --resize WxH');
    return { channels, height: height ?? size.height, width: width ?? size.width };
  }
  return { channels, height, width };
}

function outputOf(graph: GraphProto, scope: Scope, file: string): Value {
  const [output] = graph.output;
  if (output === undefined) inconsistent(file, 'the graph has no output');
  if (graph.output.length > 1) {
    unsupported(
      file,
      `the graph has ${graph.output.length} outputs; a classifier has one (export without auxiliary heads)`,
    );
  }
  const operand = scope.get(output.name);
  if (operand === undefined) inconsistent(`output '${shown(output.name)}'`, 'nothing writes it');
  if ('constant' in operand) unsupported(`output '${shown(output.name)}'`, 'does not depend on the picture');
  return operand.value;
}
