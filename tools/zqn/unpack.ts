/** The inverse of pack.ts: a `.zqn` file as a folder of plain arrays, for training/ and for other tools. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LoadedModel, loadModel } from '../../daemon/model/model-file.js';
import { ZynqnetError } from '../../daemon/util/error.js';
import { bytesOf, convParts, partName } from './array-files.js';

/** Writes `folder`, whole or not at all; it must not exist. Throws ZynqnetError: MODEL_FILE, or what the parser refuses. */
export async function unpackModel(file: string, folder: string): Promise<LoadedModel> {
  const model = await loadModel(file);
  const temporary = `${path.resolve(folder)}.${process.pid}.new`;
  try {
    await mkdir(temporary);
    for (const [name, data] of contents(model)) await writeFile(path.join(temporary, name), data);
    await mkdir(folder); // refuses a folder that is there
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw new ZynqnetError('MODEL_FILE', `${folder} cannot be written: ${(error as Error).message}`, { cause: error });
  }
  return model;
}

function contents({ native, header }: LoadedModel): [name: string, data: string | Uint8Array][] {
  const files: [string, string | Uint8Array][] = [['header.json', `${JSON.stringify(header, null, 1)}\n`]];
  for (let i = 0; i < native.convCount(); i += 1) {
    for (const [part, array] of convParts(native.conv(i))) files.push([partName(i, part), bytesOf(array)]);
  }
  if (header.arithmetic === 'float32') return files;
  return [...files, ['logitScale.f32', bytesOf(native.logitScale)], ['logitOffset.f32', bytesOf(native.logitOffset)]];
}
