import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';

export function register(command: Command): void {
  command.argument('<name>', 'the files are called <name>.key and <name>.pem').action(async (name: string) => {
    const { writeFile } = await import('node:fs/promises');
    const { generateKeys } = await import('../../daemon/updates/signature.js');
    const { privatePem, publicPem, id } = generateKeys();
    await writeFile(`${name}.key`, privatePem, { flag: 'wx', mode: 0o600 });
    await writeFile(`${name}.pem`, publicPem, { flag: 'wx', mode: 0o644 });
    process.stdout.write(
      `${name}.key  signs models; keep it secret, never on a board\n` +
        `${name}.pem  goes into update.keysFolder of every board that shall trust it (key ${id})\n`,
    );
  });
  examples(command, ['zynqnetd model keygen release', 'scp release.pem board:/etc/zynqnetd/keys/']);
}
