// `npm run build:rtl [-- PRESET...]`: the Verilated accelerator (build/rtl/zynqnet_rtl.so), for backend `rtl` and `bench
// accelerator`. Nothing else needs it. A preset takes minutes to compile the first time.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureDebianPackages } from './debian.mjs';
import { onPath, root, run, say } from './steps.mjs';

build();
ensureDebianPackages('rtl');
const folder = 'build/rtl';
const presets = process.argv.slice(2);
const args = ['-S', 'native', '-B', folder, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'];
// Without the assertions, which the RTL's own tests check: the simulation is what takes the time here.
args.push('-DZYNQNET_ADDON=OFF', '-DZYNQNET_RTL=ON', '-DZYNQNET_RTL_ASSERT=OFF');
if (presets.length > 0) args.push(`-DZYNQNET_RTL_PRESETS=${presets.join(';')}`);
if (!existsSync(join(root, folder, 'CMakeCache.txt')) && onPath('ccache')) {
  args.push('-DCMAKE_CXX_COMPILER_LAUNCHER=ccache');
}
run('configuring the simulated accelerator', 'cmake', args, { quiet: true });
say('building the simulated accelerator');
run('building the simulated accelerator', 'cmake', ['--build', folder, '--target', 'zynqnet_rtl']);
