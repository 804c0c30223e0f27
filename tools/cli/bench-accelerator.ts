import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { wholeNumber } from '../../daemon/cli/runtime-options.js';
import { currentBackendName } from '../../daemon/inference/engine/backend-name.js';
import { ACCELERATOR_PRESETS, DEFAULT_PRESET } from '../../daemon/native/accelerator-constants.js';
import type { AcceleratorBenchOptions, AcceleratorBenchResult } from '../bench/accelerator-bench.js';

const backends = ['rtl', 'functional-sim', 'fpga'];

interface Options extends Omit<AcceleratorBenchOptions, 'backPressure'> {
  readonly backpressure: boolean;
  readonly json?: boolean;
}

export function register(command: Command): void {
  const presets = ACCELERATOR_PRESETS.map((preset) => preset.name);
  command
    .addOption(new Option('--preset <name>', 'which build of the accelerator').choices(presets).default(DEFAULT_PRESET))
    .option('--network <name>', 'zynqnet, squeezenet (random weights), or a .zqn file', 'zynqnet')
    .addOption(
      new Option('--backend <name>', "rtl; functional-sim: no clock, no stalls; fpga: this board's accelerator")
        .argParser(backendNamed)
        .default('rtl'),
    )
    .option('--no-backpressure', 'memory that is always ready (latency and the board limit stay)')
    .option('--seed <number>', 'of the weights, the frame and the back-pressure', wholeNumber(1, 1_000_000), 1)
    .option('--frames <number>', 'two in flight (default: 1, on a board 100)', wholeNumber(1, 1_000_000))
    .option('--json', 'one JSON object')
    .action(bench);
  examples(command, [
    'zynqnetd bench accelerator --preset zybo --json',
    'zynqnetd bench accelerator --preset zc706 --network squeezenet --no-backpressure',
    'zynqnetd bench accelerator --backend fpga --network zynqnet.zqn',
  ]);
}

function backendNamed(value: string): string {
  const name = currentBackendName(value);
  if (!backends.includes(name)) throw new InvalidArgumentError(`Allowed choices are ${backends.join(', ')}.`);
  return name;
}

async function bench({ json, backpressure, ...options }: Options): Promise<void> {
  const { benchAccelerator } = await import('../bench/accelerator-bench.js');
  const result = await benchAccelerator({ ...options, backPressure: backpressure });
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : report(result));
  if (!result.bitExact) process.exitCode = 1;
}

function report({ layers, ...figures }: AcceleratorBenchResult): string {
  const lines = Object.entries(figures).map(([name, value]) => `${name.padEnd(26)} ${value}`);
  const width = Math.max(...layers.map((layer) => layer.name.length));
  const rows = layers.map(({ name, cycles, macs, macUtilization }) =>
    [
      name.padEnd(width),
      String(cycles).padStart(10),
      String(macs).padStart(12),
      macUtilization.toFixed(3).padStart(12),
    ].join(' '),
  );
  const heading = `${'layer'.padEnd(width)} ${'cycles'.padStart(10)} ${'macs'.padStart(12)}  utilization`;
  return `${[...lines, '', heading, ...rows].join('\n')}\n`;
}
