import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { unpackModel } from '../zqn/unpack.js';

export function register(command: Command): void {
  command
    .argument('<file.zqn>', 'any model')
    .requiredOption(
      '-o, --output <folder>',
      'the folder to make: header.json and plain arrays, as "model pack" reads them',
    )
    .action(async (file: string, flags: { output: string }) => {
      const model = await unpackModel(file, flags.output);
      console.log(`${flags.output}: ${model.header.name}, ${model.native.convCount()} convolutions`);
    });
  examples(command, ['zynqnetd model unpack zynqnet.zqn -o zynqnet/']);
}
