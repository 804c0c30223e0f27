import type { Command } from 'commander';
import { addLazily, examples, type LazyCommand } from './lazy.js';

/** Members live in `fleet-<name>.ts`, each with a `register`. */
const members: readonly LazyCommand[] = [
  { name: 'list', summary: 'every board that the broker knows of', load: () => import('./fleet-list.js') },
  { name: 'get', summary: 'keys of the configuration, board by board', load: () => import('./fleet-get.js') },
  { name: 'set', summary: 'change the configuration of many boards, one first', load: () => import('./fleet-set.js') },
  { name: 'install', summary: 'a signed model onto many boards, one first', load: () => import('./fleet-install.js') },
];

export async function register(command: Command, argv: readonly string[]): Promise<void> {
  await addLazily(command, members, argv);
  examples(command, [
    'zynqnetd fleet list --url mqtt://broker.example',
    'zynqnetd fleet set --group north classify.threshold=0.6',
  ]);
}
