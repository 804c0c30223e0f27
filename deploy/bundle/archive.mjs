// A tar that depends on nothing but the staged contents, compressed by one zstd thread: two builds are byte-identical.
import { rmSync } from 'node:fs';
import { run } from '../setup/steps.mjs';

export function archive(folder, file, level) {
  const tar = `${file}.tar`;
  run('packing the bundle', 'tar', [
    ...['--sort=name', '--format=gnu', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'],
    ...['--mode=u+rwX,go+rX,go-w', '-C', folder, '-cf', tar, '.'],
  ]);
  run('compressing the bundle', 'zstd', ['-q', '-f', `-${level}`, '--single-thread', '--no-progress', tar, '-o', file]);
  rmSync(tar);
}
