/** Folder of plain arrays, as `training/` exports it, to one `.zqn` file (docs/model-format.md, "Packing"). */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ConvOp, type ModelHeader, parseHeaderJson } from '../../daemon/model/header.js';
import { encodeModelFile, type LoadedModel, parseModelFile } from '../../daemon/model/model-file.js';
import type { FloatConv, Int8Conv } from '../../daemon/native/addon.js';
import { ZynqnetError } from '../../daemon/util/error.js';
import { partName } from './array-files.js';
import { hasWeights } from './conv-geometry.js';
import { saveModelFile } from './save.js';

const maxHeaderBytes = 1024 * 1024;

/**
 * Reads `folder`, encodes it, reads the result back as a user would, and writes it to `output`, whole or not at all.
 * Throws ZynqnetError: MODEL_FILE (a file is missing or has the wrong size), MODEL_HEADER, or what the parser refuses.
 */
export async function packModel(folder: string, output: string): Promise<LoadedModel> {
  const headerFile = path.join(folder, 'header.json');
  const text = (await readPart(headerFile)).toString('utf8');
  if (text.length > maxHeaderBytes) throw new ZynqnetError('MODEL_HEADER', `${headerFile}: more than 1 MiB`);
  const parsed = parseHeaderJson(text);
  if ('problems' in parsed) {
    throw new ZynqnetError('MODEL_HEADER', `${headerFile}: ${parsed.problems.join('; ')}`);
  }
  const { header } = parsed;
  const convs: (FloatConv | Int8Conv)[] = [];
  for (const op of header.ops) {
    if (hasWeights(op)) convs.push(await readConv(folder, header, op));
  }
  const classes = header.labels.length;
  const isFloat = header.arithmetic === 'float32';
  const bytes = encodeModelFile({
    headerJson: JSON.stringify(header), // without the file's indentation
    convs,
    logitScale: isFloat ? new Float32Array(classes).fill(1) : await readFloats(folder, 'logitScale.f32', classes),
    logitOffset: isFloat ? new Float32Array(classes) : await readFloats(folder, 'logitOffset.f32', classes),
  });
  const model = parseModelFile(bytes, output);
  await saveModelFile(output, bytes);
  return model;
}

async function readConv(folder: string, header: ModelHeader, op: ConvOp): Promise<FloatConv | Int8Conv> {
  const name = (part: string) => partName(op.weights, part);
  const outputs = op.output.channels;
  const weights = outputs * op.input.channels * op.kernel[0] * op.kernel[1];
  if (header.arithmetic === 'float32') {
    return {
      weights: await readFloats(folder, name('weights.f32'), weights),
      bias: await readFloats(folder, name('bias.f32'), outputs),
    };
  }
  const requantized = 'logits' in op.output ? 0 : outputs;
  return {
    weights: new Int8Array(await readArray(folder, name('weights.i8'), weights, 1)),
    bias: new Int32Array(await readArray(folder, name('bias.i32'), outputs, 4)),
    multiplier: new Uint16Array(await readArray(folder, name('multiplier.u16'), requantized, 2)),
    shift: new Uint8Array(await readArray(folder, name('shift.u8'), requantized, 1)),
  };
}

async function readFloats(folder: string, name: string, count: number): Promise<Float32Array> {
  return new Float32Array(await readArray(folder, name, count, 4));
}

/** Little-endian numbers, as every machine that we run on has them. */
async function readArray(folder: string, name: string, count: number, size: number): Promise<ArrayBuffer> {
  if (count === 0) return new ArrayBuffer(0);
  const file = path.join(folder, name);
  const bytes = await readPart(file);
  if (bytes.length !== count * size) {
    throw new ZynqnetError(
      'MODEL_FILE',
      `${file}: ${bytes.length} bytes, but header.json asks for ${count} numbers of ${size} bytes; export again`,
    );
  }
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

async function readPart(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ZynqnetError('MODEL_FILE', `${file}: ${(error as Error).message}`, { cause: error });
  }
}
