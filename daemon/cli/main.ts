#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { version } from '../app/version.js';
import { UsageError } from './errors.js';
import { addLazily, examples, type LazyCommand } from './lazy.js';

const commands: readonly LazyCommand[] = [
  { name: 'run', summary: 'run the daemon', load: () => import('./run.js') },
  { name: 'classify', summary: 'classify image files', load: () => import('./classify.js') },
  { name: 'eval', summary: 'measure accuracy on a list of labelled images', load: () => import('./eval.js') },
  { name: 'watch', summary: "show a daemon's results live", load: () => import('./watch.js') },
  { name: 'model', summary: 'inspect and make model files', load: () => import('./model.js') },
  { name: 'scene', summary: 'write frames of the built-in scene camera', load: () => import('./scene.js') },
  { name: 'bench', summary: 'measure speed', load: () => import('./bench.js') },
  { name: 'doctor', summary: 'check board, configuration, camera and broker', load: () => import('./doctor.js') },
  { name: 'fleet', summary: 'many boards at once: list, read, change', load: () => import('./fleet.js') },
  { name: 'config', summary: 'check and show the configuration', load: () => import('./config.js') },
];

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 3 (of `run`) to be started anew. */
async function main(argv: readonly string[]): Promise<number> {
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
    'zynqnetd model --help                      # help for each command',
  ]);
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
  const known = error instanceof Error;
  const code = known && 'code' in error && typeof error.code === 'string' ? ` [${error.code}]` : '';
  process.stderr.write(`zynqnetd: ${known ? error.message : String(error)}${code}\n`);
  if (process.env.ZYNQNETD_DEBUG && known) process.stderr.write(`${error.stack}\n`);
}

// A reader that goes away (`zynqnetd classify … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await main(process.argv.slice(2));
