import { float16 } from '../float16.js';
import type { ConvWeights } from '../graph/builder.js';
import { badWeights, inconsistent, shown } from '../import-errors.js';
import { limits } from '../limits.js';
import { decodeMessage, integer } from '../protobuf.js';
import { type BlobProto, layersOf, type NetProto, netType } from './proto.js';

/** Where a Caffe network's numbers come from: a caffemodel, or a Deep Compression file. */
export interface WeightSource {
  /** Weights of a convolution or inner product in the order [output][...inputs], and its bias when it has one. */
  matrix(layer: string, name: string, dims: readonly number[], bias: boolean): ConvWeights;
  /** The blobs of any other layer. */
  vectors(layer: string, name: string, count: number): Float32Array[];
}

/** The blobs of a caffemodel, by layer name as Caffe itself matches them. */
export class CaffeModel implements WeightSource {
  readonly #blobs = new Map<string, readonly BlobProto[]>();

  constructor(bytes: Uint8Array, file: string) {
    const net = decodeMessage<NetProto>(netType, bytes, file);
    for (const { proto } of layersOf(net)) {
      if (proto.blobs.length === 0) continue;
      if (this.#blobs.has(proto.name)) inconsistent(file, `layer '${shown(proto.name)}' comes twice`);
      this.#blobs.set(proto.name, proto.blobs);
    }
    if (this.#blobs.size === 0) badWeights(file, 'holds no weights; is it the caffemodel?');
  }

  matrix(layer: string, name: string, dims: readonly number[], bias: boolean): ConvWeights {
    const blobs = this.#of(layer, name, bias ? 2 : 1);
    const [first, second] = blobs;
    const weights = valuesOf(layer, first as BlobProto, dims);
    return { weights, bias: bias ? valuesOf(layer, second as BlobProto, [dims[0] as number]) : undefined };
  }

  vectors(layer: string, name: string, count: number): Float32Array[] {
    return this.#of(layer, name, count).map((blob) => valuesOf(layer, blob));
  }

  #of(layer: string, name: string, count: number): readonly BlobProto[] {
    const blobs = this.#blobs.get(name);
    if (blobs === undefined) badWeights(layer, 'the caffemodel has no weights for it');
    if (blobs.length < count)
      badWeights(layer, `the caffemodel has ${blobs.length} blobs for it where ${count} are needed`);
    return blobs.slice(0, count);
  }
}

function valuesOf(layer: string, blob: BlobProto, wanted?: readonly number[]): Float32Array {
  const dims = dimsOf(layer, blob);
  if (wanted !== undefined && significant(dims) !== significant(wanted)) {
    badWeights(layer, `the caffemodel's blob is ${dims.join('x')}, the prototxt needs ${wanted.join('x')}`);
  }
  const values = numbersOf(layer, blob);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (values.length !== count) badWeights(layer, `${values.length} values in a blob of ${dims.join('x')}`);
  return values;
}

function dimsOf(layer: string, blob: BlobProto): number[] {
  const shape = blob.shape?.dim.map(integer);
  const dims = shape ?? [blob.num, blob.channels, blob.height, blob.width];
  if (dims.length > 8 || !dims.every((dim) => dim >= 0 && dim <= limits.floatWeights)) {
    badWeights(layer, `a blob of impossible shape ${shown(dims.slice(0, 9).join('x'))}`);
  }
  return dims;
}

/** Old caffemodels give vectors and matrices leading ones. */
function significant(dims: readonly number[]): string {
  const first = dims.findIndex((dim) => dim !== 1);
  return first < 0 ? '' : dims.slice(first).join('x');
}

const halfType = 2;

function numbersOf(layer: string, blob: BlobProto): Float32Array {
  if (blob.data.length > 0) return Float32Array.from(blob.data);
  if (blob.double_data.length > 0) return Float32Array.from(blob.double_data);
  const raw = blob.raw_data;
  if (raw.length === 0) return new Float32Array();
  if (blob.raw_data_type !== halfType) badWeights(layer, 'raw data other than float16');
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float32Array.from({ length: raw.length >> 1 }, (_, i) => float16(view.getUint16(2 * i, true)));
}
