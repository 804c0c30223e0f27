// Installs what is missing and builds what has changed: npm packages, TypeScript (dist/), the addon (build/native/).
import { chmodSync, existsSync, lstatSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackages } from './debian.mjs';
import { contentHash, once, onPath, root, run, say, stop } from './steps.mjs';

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 9)) {
    stop(`Node ${process.versions.node} is too old: zynqnetd needs 20.9 or newer`);
  }
}

/** npm as the one that started us, or the one on the path. */
function npm(args) {
  const own = process.env.npm_execpath;
  const script = own?.endsWith('.js') && existsSync(own);
  run('npm ci', script ? process.execPath : 'npm', script ? [own, ...args] : args, { quiet: true });
}

function installNpmPackages() {
  const hash = `${contentHash(['package-lock.json'])} ${process.platform} ${process.arch}`;
  forgetUnlessThere('node_modules/.package-lock.json', 'node_modules/.zynqnetd-stamp');
  once('node_modules/.zynqnetd-stamp', hash, () => {
    say('installing npm packages');
    npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  });
}

/** A stamp means nothing when what it stands for has been deleted. */
function forgetUnlessThere(result, stamp) {
  if (!existsSync(join(root, result))) rmSync(join(root, stamp), { force: true });
}

function buildTypeScript() {
  const hash = contentHash(['daemon', 'tools', 'tsconfig.json', 'package-lock.json'], (path) =>
    /\.(ts|json)$/.test(path),
  );
  forgetUnlessThere('dist/tools/cli/main.js', 'dist/.stamp');
  once('dist/.stamp', hash, () => {
    say('building TypeScript');
    run('the TypeScript build', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
    chmodSync(join(root, 'dist/tools/cli/main.js'), 0o755);
  });
  linkCommand();
}

/** Lets `npx zynqnetd` find this checkout's own command. */
function linkCommand() {
  const link = join(root, 'node_modules/.bin/zynqnetd');
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync('../../dist/tools/cli/main.js', link);
}

function buildNative(purpose) {
  const folder = 'build/native';
  const cache = join(root, folder, 'CMakeCache.txt');
  const configured = existsSync(cache) ? readFileSync(cache, 'utf8') : '';
  const forTests = ['ZYNQNET_TESTS', 'ZYNQNET_WERROR'];
  const withTests = forTests.every((option) => new RegExp(`^${option}:BOOL=ON$`, 'm').test(configured));
  if (configured === '' || (purpose === 'test' && !withTests)) {
    say('configuring the native addon');
    const launcher = onPath('ccache') ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
    const args = ['-S', 'native', '-B', folder, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release', ...launcher];
    if (purpose === 'test') args.push(...forTests.map((option) => `-D${option}=ON`));
    run('configuring the native addon', 'cmake', args, { quiet: true });
  }
  // Ninja decides what to do; when nothing has changed this takes some milliseconds.
  run('the native build', 'cmake', ['--build', folder], { quiet: true });
}

/** Without the native parts: enough for checks and generators. */
export function buildScripts() {
  checkNode();
  installNpmPackages();
  buildTypeScript();
}

export function build(purpose = 'build') {
  checkNode();
  ensureDebianPackages(purpose);
  buildScripts();
  buildNative(purpose);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
