import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { encodeModelFile, parseModelFile } from '../../../../../daemon/model/model-file.js';
import { ZynqnetError } from '../../../../../daemon/util/error.js';
import { type ImportedModel, importSources } from '../../../../../tools/import/import-model.js';
import type { ImportOptions } from '../../../../../tools/import/import-options.js';
import type { SourceFile, SourceKind } from '../../../../../tools/import/source-files.js';
import { noise, type OnnxSpec, onnxFile } from './onnx-file.js';
import { asOnnx, Reference } from './reference.js';

export function source(kind: SourceKind, bytes: Uint8Array, name = `net.${kind}`): SourceFile {
  return { kind, name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): ImportedModel {
  return importSources([source('onnx', bytes)], options);
}

/** What the imported network answers, by the independent runtime, on a picture before normalisation. */
export async function answer(model: ImportedModel, picture: Float32Array): Promise<Float32Array> {
  const { channels, height, width, mean, scale } = model.header.input;
  const plane = height * width;
  const input = picture.map((value, i) => {
    const c = Math.floor(i / plane);
    return (value - (mean[c] as number)) * (scale[c] as number);
  });
  return (await Reference.of(asOnnx(model))).run(input, [1, channels, height, width]);
}

export function softmax(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

/**
 * Imports an ONNX network and checks that the result gives the original's answers (both by the independent runtime) and
 * that the native parser takes it.
 */
export async function expectAgreement(spec: OnnxSpec, options: ImportOptions = {}): Promise<ImportedModel> {
  const file = onnxFile(spec);
  const model = importOnnx(file, options);
  const { channels, height, width } = model.header.input;
  const picture = noise(channels * height * width, 7, 2);
  const wanted = await (await Reference.of(file)).run(picture, [1, channels, height, width]);
  const logits = await answer(model, picture);
  const last = spec.nodes.at(-1)?.op;
  const got = last === 'Softmax' ? softmax(logits) : last === 'LogSoftmax' ? softmax(logits).map(Math.log) : logits;
  expect(got.length).toBe(wanted.length);
  const spread = Math.max(...wanted.map(Math.abs), 1e-3);
  got.forEach((value, i) => {
    expect(Math.abs(value - (wanted[i] as number)) / spread, `class ${i}`).toBeLessThan(2e-5);
  });
  const parsed = parseModelFile(encodeModelFile(model.description), 'test');
  expect(parsed.header).toEqual(JSON.parse(model.description.headerJson));
  return model;
}

/** The error's code and message; fails when there is none, or one of no known kind. */
export function refusal(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof ZynqnetError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('nothing was refused');
}
