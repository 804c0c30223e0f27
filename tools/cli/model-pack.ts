import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { packModel } from '../zqn/pack.js';

export function register(command: Command): void {
  command
    .argument('<folder>', 'header.json and plain arrays, as training/ exports them')
    .requiredOption('-o, --output <file>', 'the .zqn file to write')
    .action(async (folder: string, flags: { output: string }) => {
      const model = await packModel(folder, flags.output);
      let weights = 0;
      for (let i = 0; i < model.native.convCount(); i += 1) weights += model.native.conv(i).weights.length;
      console.log(`${flags.output}: ${model.header.name}, ${weights.toLocaleString('en')} weights`);
      console.log(`  ${model.fileBytes.toLocaleString('en')} bytes, SHA-256 ${model.sha256}`);
    });
  examples(command, ['zynqnetd model pack training/runs/int8/export -o roadsigns.zqn']);
}
