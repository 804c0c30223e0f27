// `npm start`: set up, build what has changed, then be the daemon (in this process, so that signals reach it directly).
import { build } from './build.mjs';

build();
process.argv = [process.execPath, 'zynqnetd', 'run', ...process.argv.slice(2)];
await import('../../dist/tools/cli/main.js');
