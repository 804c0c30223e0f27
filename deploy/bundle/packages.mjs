// Production packages for linux armv7l, out of the same lock file that serves development.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, say, stop } from '../setup/steps.mjs';
import { trimPackages } from './trim.mjs';

/** sharp 0.35's ARM build needs glibc 2.36; for 2.31 there is a lock file of its own, with sharp 0.34 and else the same. */
const lockFolders = { 2.36: '.', 2.31: 'deploy/bundle/glibc-2.31' };

export const glibcVersions = Object.keys(lockFolders);

export function installPackages(stage, glibc) {
  const app = join(stage, 'app');
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, lockFolders[glibc], name), join(app, name));
  say('installing production packages for armv7l');
  run(
    'npm ci for armv7l',
    'npm',
    [
      ...['ci', '--prefix', app, '--omit=dev', '--cpu=arm', '--os=linux', '--libc=glibc'],
      ...['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    ],
    { quiet: true },
  );
  const modules = join(app, 'node_modules');
  if (!existsSync(join(modules, '@img/sharp-linux-arm'))) stop('npm did not bring sharp for linux-arm');
  for (const name of ['.bin', '.package-lock.json']) rmSync(join(modules, name), { recursive: true, force: true });
  rmSync(join(app, 'package-lock.json'));
  keepNotices(modules, join(stage, 'licences'));
  trimPackages(modules);
  writePackageJson(join(app, 'package.json'));
  checkPackages(app);
}

/** Every package that the daemon imports still loads; sharp's binary is not for this machine. */
function checkPackages(app) {
  const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  const names = Object.keys(dependencies).filter((name) => name !== 'sharp');
  const script = `for (const name of ${JSON.stringify(names)}) await import(name);`;
  // The file lies where the daemon's own code will.
  const file = join(app, 'check-packages.mjs');
  writeFileSync(file, script);
  run('loading the production packages', process.execPath, [file], { quiet: true });
  rmSync(file);
}

/** libvips' package says in its README under which licences its parts are; that stays. */
function keepNotices(modules, folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(join(modules, '@img')).filter((entry) => entry.startsWith('sharp-libvips'))) {
    const readme = join(modules, '@img', name, 'README.md');
    if (existsSync(readme)) copyFileSync(readme, join(folder, `${name}.md`));
  }
}

/** What a running daemon asks for: its version and that it is made of modules. */
function writePackageJson(file) {
  const { name, license, type, engines, dependencies } = JSON.parse(readFileSync(file, 'utf8'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(file, `${JSON.stringify({ name, version, license, type, engines, dependencies }, null, 2)}\n`);
}
