import type { LazyCommand } from './lazy.js';
import { UsageError } from './usage-error.js';

/** Every command in the order of `--help`. Those without `load` run on a PC only: tools/cli/commands.ts loads them there. */
const commands = [
  { name: 'run', summary: 'run the daemon', load: () => import('./run.js') },
  { name: 'classify', summary: 'classify image files', load: () => import('./classify.js') },
  { name: 'eval', summary: 'measure accuracy on a list of labelled images', load: () => import('./eval.js') },
  { name: 'watch', summary: "show a daemon's results live", load: () => import('./watch.js') },
  { name: 'model', summary: 'inspect and make model files' },
  { name: 'scene', summary: 'write frames of the built-in scene camera' },
  { name: 'bench', summary: 'measure speed' },
  { name: 'doctor', summary: 'check board, configuration, camera and broker', load: () => import('./doctor.js') },
  { name: 'fleet', summary: 'many boards at once: list, read, change', load: () => import('./fleet.js') },
  { name: 'config', summary: 'check and show the configuration', load: () => import('./config.js') },
] as const satisfies readonly (Omit<LazyCommand, 'load'> & Partial<LazyCommand>)[];

type Load = LazyCommand['load'];
type WithoutLoad<Entry> = Entry extends { load: Load } ? never : Entry;

/** The commands that boards do not have. */
export type PcCommandName = WithoutLoad<(typeof commands)[number]>['name'];

/** All commands, with `load` for those of a PC. */
export function commandsWith(load: Readonly<Record<PcCommandName, Load>>): LazyCommand[] {
  return commands.map((command) => ('load' in command ? command : { ...command, load: load[command.name] }));
}

/** What a board has. Who uses a PC's command there learns where it is. */
export const boardCommands: readonly LazyCommand[] = commands.map((command) =>
  'load' in command ? command : { ...command, hidden: true, load: async () => ({ register: () => refuse(command) }) },
);

function refuse({ name }: { readonly name: PcCommandName }): never {
  throw new UsageError(
    `"${name}" is not a command on a board: it runs on a PC, as "npx zynqnetd ${name}" in a checkout`,
  );
}
