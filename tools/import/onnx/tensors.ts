import { float16 } from '../float16.js';
import { badWeights, shown } from '../import-errors.js';
import { limits } from '../limits.js';
import { integer } from '../protobuf.js';
import type { TensorProto } from './proto.js';

/** A constant of the graph: weights as float32, shapes and axes as numbers. */
export interface Constant {
  readonly dims: readonly number[];
  readonly values: Float32Array | Float64Array;
  /** integers: a shape, axes, sizes */
  readonly whole: boolean;
}

// TensorProto.DataType
const dataType = { float: 1, int32: 6, int64: 7, float16: 10, double: 11, bfloat16: 16 } as const;
const bytesOf: Readonly<Record<number, number>> = { 1: 4, 6: 4, 7: 8, 10: 2, 11: 8, 16: 2 };

/** Reads an initializer or a Constant's value. Throws IMPORT_WEIGHTS with the tensor's name. */
export function readTensor(tensor: TensorProto, name: string): Constant {
  const layer = `initializer '${shown(name)}'`;
  if (tensor.data_location === 1 || tensor.external_data.length > 0) {
    badWeights(layer, 'its data lies in another file; save the model in one file (save_as_external_data=False)');
  }
  const dims = tensor.dims.map(integer);
  if (dims.length > 8 || dims.some((dim) => !(dim >= 0 && dim <= limits.floatWeights))) {
    badWeights(layer, `impossible dimensions ${shown(dims.slice(0, 9).join('x'))}`);
  }
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count > limits.floatWeights) badWeights(layer, `${count} values; a network has at most ${limits.floatWeights}`);
  const whole = tensor.data_type === dataType.int32 || tensor.data_type === dataType.int64;
  return { dims, values: valuesOf(tensor, layer, count), whole };
}

function valuesOf(tensor: TensorProto, layer: string, count: number): Float32Array | Float64Array {
  const width = bytesOf[tensor.data_type];
  if (width === undefined) {
    badWeights(
      layer,
      `data type ${tensor.data_type} is not supported; weights are float32, float16, bfloat16 or double`,
    );
  }
  const { raw_data: raw } = tensor;
  if (raw.length > 0) {
    if (raw.length !== count * width)
      badWeights(layer, `${raw.length} bytes of data where ${count * width} are needed`);
    return fromRaw(tensor.data_type, raw, count);
  }
  const listed = fromLists(tensor);
  if (listed.length !== count) badWeights(layer, `${listed.length} values where ${count} are needed`);
  return listed;
}

function fromRaw(type: number, raw: Uint8Array, count: number): Float32Array | Float64Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  switch (type) {
    case dataType.float:
      return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
    case dataType.float16:
      return Float32Array.from({ length: count }, (_, i) => float16(view.getUint16(2 * i, true)));
    case dataType.bfloat16:
      return Float32Array.from({ length: count }, (_, i) => bfloat16(view.getUint16(2 * i, true)));
    case dataType.double:
      return Float32Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true));
    case dataType.int32:
      return Float64Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true));
    default:
      return Float64Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  }
}

function fromLists(tensor: TensorProto): Float32Array | Float64Array {
  switch (tensor.data_type) {
    case dataType.float:
      return Float32Array.from(tensor.float_data);
    case dataType.float16: // one per int32, in its low half
      return Float32Array.from(tensor.int32_data, float16);
    case dataType.bfloat16:
      return Float32Array.from(tensor.int32_data, bfloat16);
    case dataType.double:
      return Float32Array.from(tensor.double_data);
    case dataType.int32:
      return Float64Array.from(tensor.int32_data);
    default:
      return Float64Array.from(tensor.int64_data, integer);
  }
}

const bits32 = new Uint32Array(1);
const float32 = new Float32Array(bits32.buffer);

function bfloat16(bits: number): number {
  bits32[0] = (bits & 0xffff) << 16;
  return float32[0] as number;
}
