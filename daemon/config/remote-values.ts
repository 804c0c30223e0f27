import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RemoteRule } from './define.js';
import { modelFileName, modelFolder } from './model-folder.js';

/** A model that is installed here. */
export const installedModel: RemoteRule = {
  words: 'the name of a model in model.folder',
  check: (value, local) => {
    if (modelFolder(local) === undefined) {
      return 'there is no model folder here: set device.stateFolder or model.folder';
    }
    if (typeof value !== 'string' || !modelFileName.test(value)) {
      return 'must be the name of a model in the model folder, without a path';
    }
    return undefined;
  },
  checkAtChange: (value, local) => {
    const there = existsSync(join(modelFolder(local) ?? '', String(value)));
    return there ? undefined : `there is no ${value} in the model folder`;
  },
};
