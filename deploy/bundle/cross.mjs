// The addon for armv7l (Cortex-A9, NEON) by Debian's cross compiler.
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onPath, root, run } from '../setup/steps.mjs';

export function crossCompileAddon(destination) {
  const folder = 'build/armv7';
  // Paths of this checkout must not reach the binary: two builds in two places are byte-identical.
  const launcher = onPath('ccache') ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
  run(
    'configuring the cross build',
    'cmake',
    [
      ...['-S', 'native', '-B', folder, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'],
      ...['-DCMAKE_TOOLCHAIN_FILE=cmake/armv7.cmake', ...launcher],
    ],
    // By the environment: it adds to the toolchain file's flags, where -DCMAKE_CXX_FLAGS would replace them.
    { quiet: true, env: { CXXFLAGS: `-ffile-prefix-map=${root}=.` } },
  );
  run('the cross build', 'cmake', ['--build', folder, '--target', 'zynqnet_addon'], { quiet: true });
  mkdirSync(dirname(destination), { recursive: true });
  copyFileSync(join(root, folder, 'zynqnet.node'), destination);
  run('stripping the addon', 'arm-linux-gnueabihf-strip', ['--strip-unneeded', destination]);
}
