// The Debian packages that building and testing need, and how to see that they are there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { onPath, run, say, stop } from './steps.mjs';

const buildPackages = [
  { name: 'cmake', present: () => onPath('cmake') },
  { name: 'ninja-build', present: () => onPath('ninja') },
  { name: 'g++', present: () => onPath('c++') || onPath('g++') },
  { name: 'nlohmann-json3-dev', present: () => existsSync('/usr/include/nlohmann/json.hpp') },
];

const testPackages = [
  { name: 'mosquitto', present: () => onPath('mosquitto') },
  { name: 'mosquitto-clients', present: () => onPath('mosquitto_sub') },
  { name: 'openssl', present: () => onPath('openssl') },
  { name: 'ffmpeg', present: () => onPath('ffmpeg') },
  { name: 'clang', present: () => onPath('clang++') },
  { name: () => `libclang-rt-${clangVersion()}-dev`, present: haveSanitizers },
];

const rtlPackages = [{ name: 'verilator', present: () => onPath('verilator') }];

/** The sanitizers' libraries come in a package of their own, with clang's version in its name. */
function haveSanitizers() {
  const file = spawnSync('clang++', ['-print-file-name=libclang_rt.asan_static-x86_64.a'], { encoding: 'utf8' }).stdout;
  const runtime = spawnSync('clang++', ['-print-runtime-dir'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  return (
    existsSync(file?.trim() ?? '') ||
    (existsSync(runtime) && readdirSync(runtime).some((name) => name.includes('asan')))
  );
}

function clangVersion() {
  const depends = spawnSync('apt-cache', ['depends', 'clang'], { encoding: 'utf8' }).stdout ?? '';
  return /clang-(\d+)/.exec(depends)?.[1] ?? '14';
}

/** Makes sure that the packages for `purpose` ('build', 'test' or 'rtl') are installed. */
export function ensureDebianPackages(purpose) {
  const more = { test: testPackages, rtl: rtlPackages }[purpose] ?? [];
  const wanted = [...buildPackages, ...more];
  const missing = wanted
    .filter((entry) => !entry.present())
    .map(({ name }) => (typeof name === 'function' ? name() : name));
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    stop(`missing Debian packages; install them and run this again: sudo ${command}`);
  }
  say(`installing Debian packages: ${missing.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get update', 'apt-get', ['update', '-q'], { quiet: true, env });
  run('apt-get install', 'apt-get', command.split(' ').slice(1), { quiet: true, env });
}
