import type { PcCommandName } from '../../daemon/cli/commands.js';
import type { LazyCommand } from '../../daemon/cli/lazy.js';

/** The files of the commands that run on a PC only; daemon/cli/commands.ts has the list of all. */
export const toolCommands = {
  model: () => import('./model.js'),
  scene: () => import('./scene.js'),
  bench: () => import('./bench.js'),
} satisfies Record<PcCommandName, LazyCommand['load']>;
