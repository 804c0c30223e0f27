// What the compiled files of a bundle ask of a board's C and C++ libraries, read from their symbol versions.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stop } from '../setup/steps.mjs';

/** The newest symbol versions of libstdc++ beside each glibc: GCC 12 and GCC 10. */
const libstdcxx = { 2.36: '3.4.30', 2.31: '3.4.28' };

function newer(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) > (right[i] ?? 0);
  }
  return false;
}

function elfFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(\.node|\.so[.\d]*|^node)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => readFileSync(file).subarray(0, 4).toString('latin1') === '\x7fELF');
}

/** Per file, the newest version asked of each library: { file, GLIBC, GLIBCXX }. */
export function neededLibraries(folder) {
  return elfFiles(folder).map((file) => {
    const symbols = execFileSync('arm-linux-gnueabihf-objdump', ['-T', file], {
      encoding: 'utf8',
      maxBuffer: 256 << 20,
    });
    const newest = { GLIBC: '0', GLIBCXX: '0' };
    for (const [, library, version] of symbols.matchAll(/\*UND\*.*?\((GLIBC|GLIBCXX)_([\d.]+)\)/g)) {
      if (newer(version, newest[library])) newest[library] = version;
    }
    return { file, ...newest };
  });
}

/** Stops when a file of the bundle would not load on the C library that the bundle promises. */
export function checkLibraries(folder, glibc) {
  for (const { file, GLIBC, GLIBCXX } of neededLibraries(folder)) {
    if (newer(GLIBC, glibc)) stop(`${file} needs glibc ${GLIBC}, the bundle promises ${glibc}`);
    if (newer(GLIBCXX, libstdcxx[glibc]))
      stop(`${file} needs GLIBCXX_${GLIBCXX}, boards with glibc ${glibc} have ${libstdcxx[glibc]}`);
  }
}
