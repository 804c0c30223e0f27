import type { Command } from 'commander';

/** What a subcommand's file exports: it fills in arguments, options, examples and the action. */
export interface CommandModule {
  /** `argv` is what follows the command's name, for groups that load their own members lazily. */
  register(command: Command, argv: readonly string[]): void | Promise<void>;
}

/** A subcommand whose file is loaded only when it is the one being run: a daemon's start stays short. */
export interface LazyCommand {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/** Adds `entries` to `parent`; only the one that `argv` names is loaded. */
export async function addLazily(parent: Command, entries: readonly LazyCommand[], argv: readonly string[]) {
  parent.helpCommand(false); // `help X` is `X --help`, see main.ts
  for (const entry of entries) {
    const command = parent.command(entry.name).description(entry.summary);
    if (argv[0] === entry.name) await (await entry.load()).register(command, argv.slice(1));
  }
}

/** The examples that end every `--help`. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
