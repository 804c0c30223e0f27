import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { wholeNumber } from '../../daemon/cli/runtime-options.js';

interface Options {
  readonly frames: number;
  readonly engineMs: number;
  readonly small?: boolean;
  readonly url?: string;
  readonly json?: boolean;
}

export function register(command: Command): void {
  command
    .option('--frames <number>', 'frames through the pipeline', wholeNumber(40, 100_000_000), 2000)
    .option('--engine-ms <number>', 'what the trivial engine takes for a frame', wholeNumber(0, 10_000), 2)
    .option('--small', '64x64 pictures into a small network: many frames in little time, to look for leaks')
    .option('--url <url>', 'a broker that runs already (default: a mosquitto of its own)')
    .option('--json', 'one JSON object')
    .action(bench);
  examples(command, [
    'zynqnetd bench pipeline',
    'zynqnetd bench pipeline --small --engine-ms 0 --frames 1000000 --json',
  ]);
}

const lineEvery = 50_000;

async function bench({ frames, engineMs, small = false, url, json }: Options): Promise<void> {
  const { benchPipeline } = await import('../bench/pipeline-bench.js');
  const { startMosquitto } = await import('../bench/broker-process.js');
  const { Progress } = await import('../../daemon/cli/progress-line.js');
  const broker = url === undefined ? await startMosquitto() : undefined;
  const progress = new Progress(frames);
  try {
    const brokerUrl = url ?? broker?.url ?? '';
    const result = await benchPipeline({
      frames,
      engineMs,
      small,
      brokerUrl,
      progress: (done, { rssMiB, openFiles }) => {
        progress.update(done);
        // A run of hours tells how it goes, in a log too.
        if (done % lineEvery === 0 && !process.stderr.isTTY) {
          process.stderr.write(`${done} frames, RSS ${rssMiB.toFixed(1)} MiB, ${openFiles} open files\n`);
        }
      },
    });
    progress.end();
    const lines = Object.entries(result).map(([name, value]) => `${name.padEnd(26)} ${value}\n`);
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : lines.join(''));
  } finally {
    broker?.stop();
  }
}
