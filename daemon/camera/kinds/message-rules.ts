/** Rules for keys of cameras that messages may set only to some of the values that the local file may. */
import type { RemoteRule } from '../../config/define.js';
import { matchesWildcard } from '../../util/wildcard.js';

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
    const file = String(value);
    const allowed = device.allowedDevices.some((pattern) => matchesWildcard(pattern, file, '/'));
    if (allowed && !file.split('/').includes('..')) return undefined;
    return `must match one of ${device.allowedDevices.join(', ')} (device.allowedDevices)`;
  },
};
