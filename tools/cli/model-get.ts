import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { type CheckedFile, getModel, publishedModel, whereabouts } from '../import/get.js';
import { publishedModels } from '../import/published.js';
import { summary } from './model-import.js';

interface Flags {
  output?: string;
  from?: string;
  labels?: string;
  info?: boolean;
}

export function register(command: Command): void {
  command
    .argument('<name>', Object.keys(publishedModels).join(' or '))
    .option('-o, --output <file>', 'the .zqn file to write (default: NAME.zqn)')
    .option('--from <path>', 'folder with the downloaded files, or one of them; without it they are fetched')
    .option('--labels <file>', 'one label per line (ImageNet: synset_words.txt)')
    .option('--info', 'only say where the originals are')
    .action(async (name: string, flags: Flags) => {
      const model = publishedModel(name);
      console.log(whereabouts(name, model));
      if (flags.info) return;
      const output = flags.output ?? `${name}.zqn`;
      const { conversion, files } = await getModel(model, output, {
        ...(flags.from !== undefined && { from: flags.from }),
        ...(flags.labels !== undefined && { labels: flags.labels }),
      });
      for (const file of files) console.log(`${file.name}: ${describe(file)}`);
      console.log(summary(conversion, output));
    });
  examples(command, [
    'zynqnetd model get squeezenet                        # fetches, checks and imports it',
    'zynqnetd model get zynqnet --from ~/Downloads -o zynqnet.zqn --labels synset_words.txt',
    'zynqnetd model get zynqnet --info                    # where the originals are',
  ]);
}

function describe({ sha256, trust }: CheckedFile): string {
  switch (trust) {
    case 'pinned':
      return `SHA-256 ${sha256} is the published original's`;
    case 'known':
      return `SHA-256 ${sha256} as at the last import`;
    default:
      return `SHA-256 ${sha256}; its authors publish none, so it was taken on trust and is recorded in the model`;
  }
}
