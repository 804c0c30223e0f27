import type { Command } from 'commander';

export function register(command: Command): void {
  command.action(() => {
    throw new Error('not there yet');
  });
}
