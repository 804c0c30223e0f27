// `npm run test:endurance -- [--minutes N]`: the fault schedule for N minutes (30), as a table.
import { spawnSync } from 'node:child_process';
import { build } from './build.mjs';
import { root, stop } from './steps.mjs';

const at = process.argv.indexOf('--minutes');
const minutes = at < 0 ? 30 : Number(process.argv[at + 1]);
if (!(minutes > 0 && minutes <= 10_080)) stop('--minutes needs a number from 1 to 10080');

build('test');
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/endurance', '--disable-console-intercept'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ZYNQNETD_ENDURANCE_MINUTES: String(minutes) } },
);
process.exitCode = status ?? 1;
