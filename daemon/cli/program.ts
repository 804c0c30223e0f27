import { Command, CommanderError } from 'commander';
import { codeOf, messageOf } from '../util/error.js';
import { version } from '../util/version.js';
import { addLazily, examples, type LazyCommand } from './lazy.js';
import { UsageError } from './usage-error.js';

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 3 (of `run`) to be started again. */
export async function runProgram(commands: readonly LazyCommand[], argv: readonly string[]): Promise<number> {
  // `help model inspect` is `model inspect --help`, so that the asked-for file is the one that loads.
  const args = argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
  const program = new Command('zynqnetd')
    .description('Camera in, MQTT classifications out, an int8 CNN accelerator in between.')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show help')
    .helpCommand(false)
    .showHelpAfterError('(--help shows how to use this command)')
    .exitOverride();
  examples(program, [
    'zynqnetd run                               # scene camera, default model, embedded broker',
    'zynqnetd run -c /etc/zynqnetd.yaml         # your camera, your broker',
    'zynqnetd classify photo.jpg                # one picture, once',
    'zynqnetd config --help                     # help for each command',
  ]);
  endQuietlyWithReader();
  try {
    await addLazily(program, commands, args);
    await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    report(error);
    return error instanceof UsageError ? 2 : 1;
  }
}

function report(error: unknown): void {
  const code = codeOf(error);
  process.stderr.write(`zynqnetd: ${messageOf(error)}${code === undefined ? '' : ` [${code}]`}\n`);
  if (process.env.ZYNQNETD_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

// A reader that goes away (`zynqnetd classify … | head`) is no error.
function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}
