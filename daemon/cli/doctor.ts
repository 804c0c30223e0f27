import { type Command, InvalidArgumentError } from 'commander';
import { addConfigOptions } from './config.js';
import { examples } from './lazy.js';
import { UsageError } from './usage-error.js';

interface DoctorCommandOptions {
  readonly config?: string;
  readonly set: string[];
  readonly json?: boolean;
  readonly only?: string[];
  readonly patience: number;
}

export function register(command: Command): void {
  addConfigOptions(command)
    .option('--json', 'one JSON object instead of a table')
    .option('--only <names>', 'only these checks and what they need, e.g. broker,camera', (names) => names.split(','))
    .option('--patience <factor>', 'multiply every time limit, for emulated boards', factor, 1)
    .action(run);
  examples(command, [
    'zynqnetd doctor                            # /etc/zynqnetd/zynqnetd.yaml where it exists',
    'zynqnetd doctor -c my.yaml --json',
    'zynqnetd doctor --only broker,login --set mqtt.url=mqtt://192.168.1.10',
  ]);
}

function factor(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 100)) throw new InvalidArgumentError('expected a number from 1 to 100');
  return value;
}

/** Exit code 1 when a check has failed; warnings and skipped checks do not count. */
async function run(options: DoctorCommandOptions): Promise<void> {
  const { version } = await import('../util/version.js');
  const { examine } = await import('../doctor/doctor.js');
  const { Table, toJson } = await import('../doctor/report.js');
  const tty = process.stdout.isTTY === true;
  const style = { width: process.stdout.columns ?? 80, colour: tty && process.env.NO_COLOR === undefined };
  const table = new Table(style, (text) => process.stdout.write(text));
  const results = await examine({
    ...(options.config === undefined ? {} : { configFile: options.config }),
    settings: options.set,
    patience: options.patience,
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.json ? {} : { onResult: (result) => table.add(result) }),
  }).catch((error: unknown) => {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  });
  if (options.json) process.stdout.write(toJson(results, version));
  else table.end(results);
  // A check that was given up may still hang in the kernel: nothing waits for it.
  const status = results.some(({ state }) => state === 'failed') ? 1 : 0;
  process.stdout.write('', () => process.exit(status));
}
