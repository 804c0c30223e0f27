import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';

interface Options {
  readonly key: string;
  readonly url?: string;
  readonly activate: boolean;
}

export function register(command: Command): void {
  command
    .argument('<file>', 'a .zqn file')
    .requiredOption('--key <file>', 'private key from `zynqnetd model keygen`')
    .option('--url <address>', 'https:// address that boards fetch the file from; without it they wait for chunks')
    .option('--no-activate', 'install only')
    .action(async (file: string, { key, url, activate }: Options) => {
      const { readFile } = await import('node:fs/promises');
      const { parseModelFile } = await import('../../daemon/model/model-file.js');
      const { digestOf, signDigest } = await import('../../daemon/updates/signature.js');
      const bytes = await readFile(file);
      parseModelFile(bytes, file); // nothing is signed that no board could load
      const digest = digestOf(bytes);
      const { signature } = signDigest(digest, await readFile(key, 'utf8'));
      const message = { ...digest, signature, activate, ...(url !== undefined && { url }) };
      process.stdout.write(`${JSON.stringify(message)}\n`);
    });
  examples(command, [
    'zynqnetd model sign signs.zqn --key release.key > signs.install.json',
    'mosquitto_pub -V 5 -t zynqnet/gate-3/command/model/install -f signs.install.json   # what it is for',
  ]);
}
