/** Finds and loads the native addon: the development build first, then the prebuilt ones. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf, ZynqnetError } from '../util/error.js';
import { packageRoot } from '../util/package-root.js';
import type { NativeAddon } from './addon.js';

const root = packageRoot;
const require = createRequire(import.meta.url);

/** Where the addon may be, in order. `linux-arm` is what Node calls armv7l. */
function candidates(): string[] {
  const prebuilt = process.arch === 'arm' ? 'zynqnet.armv7.glibc.node' : 'zynqnet.glibc.node';
  return [
    path.join(root, 'build', 'native', 'zynqnet.node'),
    path.join(root, 'prebuilds', `${process.platform}-${process.arch}`, prebuilt),
  ];
}

let loaded: NativeAddon | undefined;

/** The addon, loaded once per thread. Throws `NATIVE_MISSING` with everything that was tried. */
export function loadAddon(): NativeAddon {
  if (loaded) return loaded;
  const failures: string[] = [];
  for (const file of candidates()) {
    if (!existsSync(file)) {
      failures.push(`${file}: not there`);
      continue;
    }
    try {
      loaded = require(file) as NativeAddon;
      return loaded;
    } catch (error) {
      failures.push(`${file}: ${messageOf(error)}`);
    }
  }
  throw new ZynqnetError(
    'NATIVE_MISSING',
    `The native addon could not be loaded for ${process.platform}-${process.arch}:\n  ${failures.join('\n  ')}\n` +
      'Build it with "cmake -S native -B build/native -G Ninja && cmake --build build/native".',
  );
}
