import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { modelFileName, modelFolder } from '../config/model-folder.js';
import type { Config } from '../config/schema.js';

/** The file that `model.file` means, or null for the built-in model: a bare name is one of the installed models first. */
export function configuredModel(config: Pick<Config, 'model' | 'device'>): string | null {
  const { file } = config.model;
  const folder = modelFolder(config);
  if (file === null || folder === undefined || !modelFileName.test(file)) return file;
  const installed = join(folder, file);
  return existsSync(installed) ? installed : file;
}
