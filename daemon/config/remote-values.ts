import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RemoteRule } from './define.js';
import { modelFileName, modelFolder } from './model-folder.js';

/** An address with one of these protocols and without credentials. */
export function plainAddress(words: string, protocols: RegExp): RemoteRule {
  return {
    words,
    check: (value) => {
      let url: URL;
      try {
        url = new URL(String(value));
      } catch {
        return 'is not an address';
      }
      if (!protocols.test(url.protocol)) return `${url.protocol}// can only be set in the local file`;
      if (url.username !== '' || url.password !== '') return 'credentials can only be set in the local file';
      return undefined;
    },
  };
}

/** A device file that the local file allows. */
export const allowedDevice: RemoteRule = {
  words: 'one that matches device.allowedDevices',
  check: (value, { device }) => {
    const allowed = device.allowedDevices.some((pattern) => globMatches(pattern, String(value)));
    return allowed ? undefined : `must match one of ${device.allowedDevices.join(', ')} (device.allowedDevices)`;
  },
};

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

function globMatches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(text) && !text.split('/').includes('..');
}
