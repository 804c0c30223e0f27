// `npm run test:fleet -- [--boards N]`: N daemons (200) on one broker, with figures.
import { spawnSync } from 'node:child_process';
import { build } from './build.mjs';
import { root, stop } from './steps.mjs';

const at = process.argv.indexOf('--boards');
const boards = at < 0 ? 200 : Number(process.argv[at + 1]);
if (!(Number.isInteger(boards) && boards >= 1 && boards <= 2000)) stop('--boards needs a number from 1 to 2000');

build('test');
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/fleet', '--disable-console-intercept'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ZYNQNETD_FLEET_BOARDS: String(boards) } },
);
process.exitCode = status ?? 1;
