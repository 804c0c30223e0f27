import type { Command } from 'commander';
import { addLazily, examples, type LazyCommand } from './lazy.js';

/** Members live in `model-<name>.ts`, each with a `register`. */
const members: readonly LazyCommand[] = [];

export async function register(command: Command, argv: readonly string[]): Promise<void> {
  await addLazily(command, members, argv);
  examples(command, ['zynqnetd model inspect daemon/model/default/roadsigns.zqn']);
}
