import type { Command } from 'commander';
import type { Config } from '../config/schema.js';
import { examples } from './lazy.js';

interface FileOptions {
  readonly config?: string;
  readonly set: string[];
}

/** `-c` and `--set`, as `run` and `config` take them. */
export function addConfigOptions(command: Command): Command {
  const collect = (value: string, before: string[]) => [...before, value];
  return command
    .option('-c, --config <file>', 'configuration file (YAML)')
    .option('--set <key=value>', 'one key over the file, e.g. camera.source=v4l2; may be repeated', collect, []);
}

export async function register(command: Command): Promise<void> {
  command.helpCommand(false);
  const check = command.command('check').description('say everything that is wrong with a configuration');
  addConfigOptions(check).action(async (options: FileOptions) => {
    await load(options);
    process.stdout.write(`${options.config ?? 'the configuration'}: valid\n`);
  });
  examples(check, ['zynqnetd config check -c /etc/zynqnetd.yaml']);

  const show = command.command('show').description('print the effective configuration, defaults included, as YAML');
  addConfigOptions(show).action(async (options: FileOptions) => {
    const { stringify } = await import('yaml');
    process.stdout.write(stringify(await load(options)));
  });
  examples(show, ['zynqnetd config show', 'zynqnetd config show -c my.yaml --set log.level=debug']);

  const schema = command.command('schema').description('print the JSON Schema, or a commented example file');
  schema.option('--example', 'the example file instead').action(async (options: { example?: boolean }) => {
    const { exampleYaml, schemaJson } = await import('../config/example.js');
    process.stdout.write(options.example ? exampleYaml() : schemaJson());
  });
  examples(schema, ['zynqnetd config schema > schema.json', 'zynqnetd config schema --example > my.yaml']);
  examples(command, ['zynqnetd config check -c my.yaml', 'zynqnetd config show', 'zynqnetd config schema --example']);
}

/** The checked configuration; what is written under an older name is said on standard error. */
async function load({ config, set }: FileOptions): Promise<Config> {
  const { checkConfig, loadConfigData } = await import('../config/load.js');
  const { data, warnings } = loadConfigData(config, set);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  return checkConfig(data, config ?? 'the configuration');
}
