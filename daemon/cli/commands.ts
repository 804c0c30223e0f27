import type { LazyCommand } from './lazy.js';

/** What runs on a board as well as on a PC; tools/cli has the commands of a PC besides. */
export const daemonCommands = [
  { name: 'run', summary: 'run the daemon', load: () => import('./run.js') },
  { name: 'classify', summary: 'classify image files', load: () => import('./classify.js') },
  { name: 'eval', summary: 'measure accuracy on a list of labelled images', load: () => import('./eval.js') },
  { name: 'watch', summary: "show a daemon's results live", load: () => import('./watch.js') },
  { name: 'doctor', summary: 'check board, configuration, camera and broker', load: () => import('./doctor.js') },
  { name: 'fleet', summary: 'many boards at once: list, read, change', load: () => import('./fleet.js') },
  { name: 'config', summary: 'check and show the configuration', load: () => import('./config.js') },
] as const satisfies readonly LazyCommand[];
