/** A float network in JavaScript's memory: what every step of `model compress` takes and gives back. */
import { createHash } from 'node:crypto';
import type { ModelHeader } from '../../daemon/model/header.js';
import { encodeModelFile, type LoadedModel, parseModelFile } from '../../daemon/model/model-file.js';
import type { FloatConv, ModelDescription } from '../../daemon/native/addon.js';
import { ZynqnetError } from '../../daemon/util/error.js';

/** Steps never change a network: they return another, sharing what stays the same. */
export interface FloatNetwork {
  readonly header: ModelHeader;
  readonly convs: readonly FloatConv[];
}

/** Copies the weights out. Throws COMPRESS_INPUT for an int8 model: compression starts from the float network. */
export function networkOf(model: LoadedModel, name: string): FloatNetwork {
  if (model.header.arithmetic !== 'float32') {
    throw new ZynqnetError(
      'COMPRESS_INPUT',
      `${name} is an int8 model already; compress the float32 model that "zynqnetd model import" wrote`,
    );
  }
  const convs: FloatConv[] = [];
  for (let i = 0; i < model.native.convCount(); i++) convs.push(model.native.conv(i) as FloatConv);
  return { header: model.header, convs };
}

export function describe(network: FloatNetwork): ModelDescription {
  const classes = network.header.labels.length;
  return {
    headerJson: JSON.stringify(network.header),
    convs: network.convs,
    logitScale: new Float32Array(classes).fill(1),
    logitOffset: new Float32Array(classes),
  };
}

/** A model in memory, encoded and parsed back: whatever is evaluated is exactly what would be written. */
export function loaded(description: ModelDescription, name: string): { model: LoadedModel; bytes: Buffer } {
  const bytes = encodeModelFile(description);
  return { model: parseModelFile(bytes, name), bytes };
}

/** A whole number below 2^32 from a text, the same on every machine: the seed of what looks random. */
export function seedOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0);
}

export function nonZeros(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count += 1;
  return count;
}
