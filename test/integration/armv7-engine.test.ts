import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = 'build/armv7-tests';
const tools = ['arm-linux-gnueabihf-g++', 'qemu-arm-static', 'cmake', 'ninja'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const minutes = 60_000;

async function run(command: string, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd: root, maxBuffer: 1 << 24 });
  return stdout;
}

// Builds what the boards run and runs it on an emulated Cortex-A9, which traps instructions that the core lacks.
describe.skipIf(missing.length > 0)(`NEON engine under QEMU (needs ${tools.join(', ')})`, () => {
  test('random networks are bit-identical to the scalar reference', { timeout: 15 * minutes }, async () => {
    const options = ['-DCMAKE_TOOLCHAIN_FILE=cmake/armv7.cmake', '-DZYNQNET_ADDON=OFF', '-DZYNQNET_ENGINE_TESTS=ON'];
    await run('cmake', ['-S', 'native', '-B', folder, '-G', 'Ninja', ...options]);
    await run('cmake', ['--build', folder, '--target', 'engine_test']);
    const emulator = ['-cpu', 'cortex-a9', '-L', '/usr/arm-linux-gnueabihf'];
    const output = await run('qemu-arm-static', [...emulator, `${folder}/tests/cpu/engine_test`, '30', '1000']);
    expect(output).toContain('neon: 30 networks');
    expect(output).toContain('Status: SUCCESS!');
  });
});
