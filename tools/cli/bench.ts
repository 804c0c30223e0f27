import type { Command } from 'commander';
import { addLazily, examples, type LazyCommand } from '../../daemon/cli/lazy.js';

/** Members live in `bench-<name>.ts`, each with a `register`. */
const members: readonly LazyCommand[] = [
  {
    name: 'accelerator',
    summary: 'a frame through the simulated accelerator: cycles, utilization, traffic, bit for bit',
    load: () => import('./bench-accelerator.js'),
  },
  {
    name: 'engine',
    summary: 'ZynqNet in int8 against onnxruntime, interleaved',
    load: () => import('./bench-engine.js'),
  },
  {
    name: 'pipeline',
    summary: 'frames a second from JPEG to broker, and memory growth',
    load: () => import('./bench-pipeline.js'),
  },
];

export async function register(command: Command, argv: readonly string[]): Promise<void> {
  await addLazily(command, members, argv);
  examples(command, ['zynqnetd bench engine --json', 'zynqnetd bench pipeline --frames 2000']);
}
