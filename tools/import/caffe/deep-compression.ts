import type { ConvWeights } from '../graph/builder.js';
import { badWeights, damaged, unsupported } from '../import-errors.js';
import type { WeightSource } from './weights.js';

/**
 * A Deep Compression file (Han, Mao, Dally, ICLR 2016): pruned weights as codebook indices at 4-bit relative positions.
 * Little-endian: a uint32 entry count per layer, then per layer the codebook (256 float32 for convolutions, 16 for inner
 * products), float32 biases, one code per entry, and the gaps, two to a byte with the lower half first. The file names no
 * layers: they come in the prototxt's order. Weights are the codebook's values exactly.
 */
export class DeepCompression implements WeightSource {
  readonly #view: DataView;
  readonly #file: string;
  readonly #counts: readonly number[];
  #layer = 0;
  #offset: number;

  /** `layers` is the number of convolutions and inner products in the prototxt. */
  constructor(bytes: Uint8Array, file: string, layers: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    if (bytes.length < 4 * layers) damaged(`${file}: ${bytes.length} bytes, too short for ${layers} layers`);
    this.#counts = Array.from({ length: layers }, (_, i) => this.#view.getUint32(4 * i, true));
    this.#offset = 4 * layers;
  }

  matrix(layer: string, _name: string, dims: readonly number[], bias: boolean): ConvWeights {
    if (!bias) unsupported(layer, 'a layer without bias; Deep Compression files have one for each');
    const count = dims.reduce((product, dim) => product * dim, 1);
    const entries = this.#counts[this.#layer++] ?? 0;
    if (entries > count)
      badWeights(layer, `${entries} stored entries for ${count} weights; file and prototxt do not match`);
    const codeBits = dims.length === 4 ? 8 : 4;
    const codebook = this.#floats(layer, 2 ** codeBits);
    const biases = this.#floats(layer, dims[0] as number);
    const codes = this.#bytes(layer, codeBits === 8 ? entries : Math.ceil(entries / 2));
    const gaps = this.#bytes(layer, Math.ceil(entries / 2));
    const weights = new Float32Array(count).fill(codebook[0] as number);
    let position = -1;
    for (let entry = 0; entry < entries; entry++) {
      position += nibble(gaps, entry) + 1;
      if (position >= count) badWeights(layer, `entry ${entry} lies beyond its ${count} weights`);
      weights[position] = codebook[codeBits === 8 ? (codes[entry] as number) : nibble(codes, entry)] as number;
    }
    return { weights, bias: biases };
  }

  vectors(layer: string): never {
    return unsupported(layer, 'Deep Compression files hold weights of convolutions and inner products only');
  }

  /** Every byte must have been used. */
  finish(): void {
    const left = this.#view.byteLength - this.#offset;
    if (left !== 0) damaged(`${this.#file}: ${left} bytes are left over; file and prototxt do not match`);
  }

  #bytes(layer: string, length: number): Uint8Array {
    const left = this.#view.byteLength - this.#offset;
    if (length > left) damaged(`${this.#file} ends within ${layer}: ${length} bytes are needed, ${left} are left`);
    const part = new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#offset, length);
    this.#offset += length;
    return part;
  }

  #floats(layer: string, count: number): Float32Array {
    const bytes = this.#bytes(layer, 4 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  }
}

function nibble(bytes: Uint8Array, index: number): number {
  const byte = bytes[index >> 1] as number;
  return index % 2 === 0 ? byte & 15 : byte >> 4;
}
