import path from 'node:path';
import type { ModelHeader } from '../../daemon/model/header.js';
import { encodeModelFile, parseModelFile } from '../../daemon/model/model-file.js';
import { ZynqnetError } from '../../daemon/util/error.js';
import { saveModelFile } from '../zqn/save.js';
import { importModel } from './import-model.js';
import type { ImportOptions } from './import-options.js';

/** What an import made, for the user. */
export interface Conversion {
  readonly header: ModelHeader;
  readonly notes: readonly string[];
  readonly fileBytes: number;
  readonly sha256: string;
  readonly weights: number;
  readonly convolutions: number;
}

/**
 * Imports `files` and writes `output`, after the native parser has read it back and proven it. Nothing is written when
 * anything is wrong. Throws ZynqnetError with an IMPORT_ or MODEL_ code.
 */
export async function convertModel(
  files: readonly string[],
  output: string,
  options: ImportOptions,
): Promise<Conversion> {
  if (files.some((file) => path.resolve(file) === path.resolve(output))) {
    throw new ZynqnetError('IMPORT_OPTIONS', `${output} is one of the files to import; write to another one`);
  }
  const { description, notes } = await importModel(files, options);
  const bytes = encodeModelFile(description);
  const { header, sha256, fileBytes } = parseModelFile(bytes, output);
  await saveModelFile(output, bytes);
  const weights = description.convs.reduce((sum, conv) => sum + conv.weights.length, 0);
  return { header, notes, fileBytes, sha256, weights, convolutions: description.convs.length };
}
