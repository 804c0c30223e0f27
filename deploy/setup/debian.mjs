// The Debian packages that building and testing need, and how to see that they are there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { onPath, run, say, stop, tryRun } from './steps.mjs';

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
  { name: 'doctest-dev', present: () => existsSync('/usr/include/doctest/doctest.h') },
  { name: 'clang', present: () => onPath('clang++') },
  { name: () => `libclang-rt-${clangVersion()}-dev`, present: haveSanitizers },
];

const rtlPackages = [{ name: 'verilator', present: () => onPath('verilator') }];

/** What single tests look for; each is skipped, and says so, where its tool is missing. */
const furtherTestPackages = [
  ...rtlPackages,
  ...Object.entries({
    'arm-linux-gnueabihf-g++': 'g++-arm-linux-gnueabihf',
    'qemu-arm-static': 'qemu-user-static',
    'qemu-system-arm': 'qemu-system-arm',
    busybox: 'busybox',
    'clang-format': 'clang-format',
    'clang-tidy': 'clang-tidy',
    dtc: 'device-tree-compiler',
    flake8: 'flake8',
    mke2fs: 'e2fsprogs',
    python3: 'python3',
    shellcheck: 'shellcheck',
    ssh: 'openssh-client',
    'systemd-analyze': 'systemd',
    tclsh: 'tcl',
    zstd: 'zstd',
  }).map(([program, name]) => ({ name, present: () => onPath(program) })),
];

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

const missing = (entries) =>
  entries.filter((entry) => !entry.present()).map(({ name }) => (typeof name === 'function' ? name() : name));

const canInstall = () => process.getuid?.() === 0 && onPath('apt-get');

const aptGet = (names) => ['install', '-y', '--no-install-recommends', ...names];

/** Makes sure that the packages for `purpose` ('build', 'test' or 'rtl') are installed. */
export function ensureDebianPackages(purpose) {
  const more = { test: testPackages, rtl: rtlPackages }[purpose] ?? [];
  const needed = missing([...buildPackages, ...more]);
  if (needed.length > 0 && !canInstall()) {
    stop(`missing Debian packages; install them and run this again: sudo apt-get ${aptGet(needed).join(' ')}`);
  }
  const further = purpose === 'test' ? missing(furtherTestPackages) : [];
  if (further.length > 0 && !canInstall()) {
    say(`some tests will be skipped; to run all: sudo apt-get ${aptGet(further).join(' ')}`);
  }
  if (!canInstall() || needed.length + further.length === 0) return;
  say(`installing Debian packages: ${[...needed, ...further].join(' ')}`);
  const options = { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  run('apt-get update', 'apt-get', ['update', '-q'], options);
  if (needed.length > 0) run('apt-get install', 'apt-get', aptGet(needed), options);
  // Tests can do without these: a distribution that has one of them under another name is no reason to stop.
  if (further.length > 0 && !tryRun('apt-get', aptGet(further), options)) say('not all of them could be installed');
}
