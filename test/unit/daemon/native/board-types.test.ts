import { expect, test } from 'vitest';
import { ACCELERATOR_ID, ACCELERATOR_PRESETS } from '../../../../daemon/native/accelerator-constants.js';
import { loadAddon } from '../../../../daemon/native/load.js';

// What a fake board's registers say is tested in native/tests/platform/system_test.cpp.
const { board } = loadAddon();

for (const { name, clockMHz, multipliers } of ACCELERATOR_PRESETS) {
  test(`the accelerator ${name} says what it is, and copies through every port`, async () => {
    const question = { backend: 'functional-sim', accelerator: { preset: name } };
    const build = await board.acceleratorBuild(question);
    expect(build).toMatchObject({ id: ACCELERATOR_ID, major: 1, preset: name, clockMHz, multipliers });
    const { bytes } = await board.acceleratorCopy(question);
    expect(bytes % (64 * 2 * build.ports * 16)).toBe(0); // 64 rounds, two rows a port, blocks of 16 bytes
    expect(bytes).toBeGreaterThan(0);
  });
}

test('nothing is touched where there is no board', async () => {
  const nowhere = { accelerator: { root: '/nonexistent' } };
  await expect(board.acceleratorBuild(nowhere)).rejects.toMatchObject({ code: 'ACCELERATOR_FPGA' });
  await expect(board.acceleratorCopy(nowhere)).rejects.toMatchObject({ code: 'ACCELERATOR_FPGA' });
  expect(() => board.processingSystem('/nonexistent')).toThrow(
    expect.objectContaining({ code: 'ACCELERATOR_MISSING' }),
  );
  await expect(board.acceleratorBuild({ backend: 'npu' })).rejects.toMatchObject({ code: 'ENGINE_UNKNOWN' });
  expect(() => board.acceleratorBuild('fpga' as never)).toThrow(TypeError);
});
