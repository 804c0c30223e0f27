import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { key, path, type RemoteRule, section } from '../define.js';
import { modelFileName, modelFolder } from '../model-folder.js';

/** A model that is installed here. */
const installedModel: RemoteRule = {
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

export const model = section('The network.', {
  file: key(path.nullable(), {
    default: null,
    applies: ['model', 'labels'],
    remote: installedModel,
    doc: 'A .zqn file; a name without a slash is looked for in model.folder first; null: the built-in road sign model.',
  }),
  folder: key(path.nullable(), {
    default: null,
    applies: ['process', 'model'],
    remote: false,
    doc: 'Folder of installed models; null: "models" in device.stateFolder, if that is set.',
  }),
  labels: key(z.array(z.string().min(1).max(256)).max(65_536).nullable(), {
    default: null,
    applies: 'labels',
    doc: "Names of the classes in order, one for each, instead of the model's own.",
  }),
});
