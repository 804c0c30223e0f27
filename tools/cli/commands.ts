import type { LazyCommand } from '../../daemon/cli/lazy.js';

/** What runs on a PC only: a board's bundle comes without these. */
export const toolCommands = [
  { name: 'model', summary: 'inspect and make model files', load: () => import('../../tools/cli/model.js') },
  {
    name: 'scene',
    summary: 'write frames of the built-in scene camera',
    load: () => import('../../tools/cli/scene.js'),
  },
  { name: 'bench', summary: 'measure speed', load: () => import('../../tools/cli/bench.js') },
] as const satisfies readonly LazyCommand[];
