import type { Command } from 'commander';

/** What a subcommand's file exports: it fills in arguments, options, examples and the action. */
interface CommandModule {
  /** `argv` is what follows the command's name, for groups that load their own members lazily. */
  register(command: Command, argv: readonly string[]): void | Promise<void>;
}

/** A subcommand whose file is loaded only when it is the one being run: a daemon's start stays short. */
export interface LazyCommand {
  readonly name: string;
  readonly summary: string;
  /** Not shown in the list of commands. */
  readonly hidden?: boolean;
  load(): Promise<CommandModule>;
}

/** Adds `entries` to `parent`; only the one that `argv` names is loaded. */
export async function addLazily(parent: Command, entries: readonly LazyCommand[], argv: readonly string[]) {
  parent.helpCommand(false); // `help X` is `X --help`, see program.ts
  for (const entry of entries) {
    const command = parent.command(entry.name, { hidden: entry.hidden === true }).description(entry.summary);
    if (argv[0] === entry.name) await (await entry.load()).register(command, argv.slice(1));
  }
}

/** The examples that end every `--help`, without those of commands that are not here: boards have fewer than PCs. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', () => {
    let program = command;
    while (program.parent !== null) program = program.parent;
    const here = program
      .createHelp()
      .visibleCommands(program)
      .map((other) => other.name());
    const shown = lines.filter((line) => !line.startsWith('zynqnetd ') || here.includes(line.split(' ')[1] ?? ''));
    return `\nExamples:\n${shown.map((line) => `  ${line}`).join('\n')}`;
  });
}
