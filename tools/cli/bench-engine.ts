import { type Command, InvalidArgumentError } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { wholeNumber } from '../../daemon/cli/runtime-options.js';

interface Options {
  readonly backend: string;
  readonly threads: number;
  readonly rounds: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function register(command: Command): void {
  command
    .option('--backend <name>', 'auto, scalar, or an instruction set (avx2, avxvnni, avx512vnni, neon)', named, 'auto')
    .option('--threads <number>', 'threads for each engine', wholeNumber(1, 64), 2)
    .option('--rounds <number>', 'turns of each engine, four timed runs a turn', wholeNumber(1, 100_000), 25)
    .option('--seed <number>', 'of the random weights', wholeNumber(1, 1_000_000), 1)
    .option('--json', 'one JSON object')
    .action(bench);
  examples(command, ['zynqnetd bench engine --json', 'zynqnetd bench engine --backend avx2 --threads 1']);
}

function named(value: string): string {
  if (value === '' || value.startsWith('float')) {
    throw new InvalidArgumentError('The bench runs an int8 network: give an integer backend.');
  }
  return value;
}

async function bench({ json, ...options }: Options): Promise<void> {
  const { benchEngine } = await import('../bench/engine-bench.js');
  const result = await benchEngine(options);
  const lines = Object.entries(result).map(([name, value]) => `${name.padEnd(16)} ${value}\n`);
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : lines.join(''));
}
