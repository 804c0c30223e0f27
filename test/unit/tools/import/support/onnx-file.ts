import { modelProto } from '../../../../../tools/import/onnx/proto.js';

/** A tensor for an initializer or an attribute; numbers are stored as float32 in raw_data. */
export interface TensorSpec {
  dims: number[];
  values: ArrayLike<number>;
  whole?: boolean;
}

type AttributeValue = number | number[] | string | TensorSpec | { float: number };

export interface NodeSpec {
  op: string;
  name?: string;
  inputs: string[];
  output: string;
  attributes?: Record<string, AttributeValue>;
  domain?: string;
}

export interface OnnxSpec {
  opset?: number;
  input?: (number | string)[];
  inputs?: object[];
  nodes: NodeSpec[];
  initializers?: Record<string, TensorSpec>;
  output?: string;
  outputs?: string[];
}

function tensorProto(name: string, { dims, values, whole }: TensorSpec): Record<string, unknown> {
  if (whole) return { name, dims, data_type: 7, int64_data: Array.from(values) };
  return { name, dims, data_type: 1, raw_data: Buffer.from(Float32Array.from(values).buffer) };
}

function attribute(name: string, value: AttributeValue): object {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (Array.isArray(value)) return { name, type: 7, ints: value };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 4, t: tensorProto(name, value) };
}

export function valueInfo(name: string, dims: (number | string)[]): object {
  const dim = dims.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: 1, shape: { dim } } } };
}

/** The plain object of a ModelProto, for tests that want to damage it. */
export function onnxObject(spec: OnnxSpec): Record<string, unknown> {
  const output = spec.output ?? (spec.nodes.at(-1)?.output as string);
  return {
    ir_version: 8,
    producer_name: 'test',
    opset_import: [{ domain: '', version: spec.opset ?? 13 }],
    graph: {
      name: 'net',
      node: spec.nodes.map((node) => ({
        op_type: node.op,
        name: node.name ?? `${node.op}_${node.output}`,
        domain: node.domain ?? '',
        input: node.inputs,
        output: [node.output],
        attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attribute(name, value)),
      })),
      initializer: Object.entries(spec.initializers ?? {}).map(([name, tensor]) => tensorProto(name, tensor)),
      input: spec.inputs ?? [valueInfo('data', spec.input ?? ['N', 3, 8, 8])],
      output: (spec.outputs ?? [output]).map((name) => ({ name, type: { tensor_type: { elem_type: 1 } } })),
    },
  };
}

export function encodeOnnx(object: Record<string, unknown>): Uint8Array {
  return modelProto.encode(modelProto.fromObject(object)).finish();
}

export function onnxFile(spec: OnnxSpec): Uint8Array {
  return encodeOnnx(onnxObject(spec));
}

/** Deterministic values around zero. */
export function noise(count: number, seed = 1, size = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 2 * size;
  });
}

export function weights(dims: number[], seed: number): TensorSpec {
  const fanIn = dims.slice(1).reduce((product, dim) => product * dim, 1);
  return {
    dims,
    values: noise(
      dims.reduce((product, dim) => product * dim, 1),
      seed,
      Math.sqrt(3 / fanIn),
    ),
  };
}
