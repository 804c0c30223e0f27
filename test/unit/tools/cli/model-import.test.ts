import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { register as registerGet } from '../../../../tools/cli/model-get.js';
import { register as registerImport } from '../../../../tools/cli/model-import.js';
import { network } from '../import/support/networks.js';
import { onnxFile } from '../import/support/onnx-file.js';

let folder: string;
let printed: string;

async function run(register: (command: Command) => void, ...args: string[]): Promise<void> {
  const command = new Command('test').exitOverride().configureOutput({ writeErr: () => undefined });
  register(command);
  await command.parseAsync(args, { from: 'user' });
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'import-cli-'));
  printed = '';
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed += `${text}\n`;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe('model import on the command line', () => {
  it('imports, and tells size, digest and what was assumed', async () => {
    const [net, out] = [path.join(folder, 'net.onnx'), path.join(folder, 'net.zqn')];
    writeFileSync(net, onnxFile(network({ input: [1, 3, 9, 8] })));
    await run(
      registerImport,
      net,
      '-o',
      out,
      '--resize',
      '16x18',
      '--crop',
      '8x9',
      '--mode',
      'cover',
      '--scale',
      '0.5',
    );
    expect(printed).toMatch(/net, 8x9x3 to 5 classes\n {2}2 convolutions, 432 float weights/);
    expect(printed).toMatch(/note: assumed order rgb, mean 0,0,0: /);
    expect(readdirSync(folder)).toEqual(['net.onnx', 'net.zqn']);
  });

  it.each([
    ['--crop', '8'],
    ['--order', 'brg'],
    ['--mean', 'a,b,c'],
    ['--mode', 'stretch'],
  ])('calls %s %s wrong usage', async (option, value) => {
    await expect(run(registerImport, 'net.onnx', '-o', 'x.zqn', option, value)).rejects.toMatchObject({
      name: 'UsageError',
    });
  });

  it('wants an output', async () => {
    await expect(run(registerImport, 'net.onnx')).rejects.toMatchObject({
      code: 'commander.missingMandatoryOptionValue',
    });
  });
});

describe('model get on the command line', () => {
  it('tells where the originals are without fetching anything', async () => {
    await run(registerGet, 'zynqnet', '--info');
    expect(printed).toContain('https://github.com/dgschwend/zynqnet');
  });

  it('knows no others', async () => {
    await expect(run(registerGet, 'resnet', '--info')).rejects.toMatchObject({ code: 'IMPORT_OPTIONS' });
  });
});
