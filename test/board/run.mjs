// `npm run test:board`: the bundle on an emulated Zynq-7000, from the installer to the last file that uninstalling removes.
// The kernel, its drivers, ssh, the service manager and the register accesses are real; the accelerator is the Verilated RTL
// in a process beside QEMU (native/sim/board). Prints a table; skips, visibly, where QEMU or a kernel is missing.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Board } from './board.mjs';
import { missing, work } from './files.mjs';
import { prepare } from './prepare.mjs';
import { Report } from './report.mjs';
import { proveFaults } from './rows/faults.mjs';
import { proveInstallation, proveUpdate } from './rows/installation.mjs';
import { proveRemoval } from './rows/removal.mjs';
import { proveFullNetwork, proveResults } from './rows/results.mjs';

const { values: options } = parseArgs({
  options: {
    bundle: { type: 'string' },
    model: { type: 'string', default: 'rtl' },
    patience: { type: 'string', default: '1' },
    report: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
});

/** Sums for whoever runs this among other tests. */
function leave(figures) {
  if (options.report !== undefined) writeFileSync(options.report, JSON.stringify(figures));
  process.exit(figures.failed === 0 ? 0 : 1);
}

const reasons = missing();
if (reasons.length > 0) {
  process.stdout.write(`the emulated board is skipped: ${reasons.join('; ')}\n0 passed, 0 failed, 1 skipped\n`);
  leave({ passed: 0, failed: 0, skipped: 1 });
}
mkdirSync(work, { recursive: true });
const parts = await prepare(options);
const report = new Report();
const board = await Board.start(parts, { model: options.model, patience: Number(options.patience) });
try {
  await proveInstallation(report, board);
  if (!options.short) await proveUpdate(report, board);
  await proveResults(report, board);
  await proveFaults(report, board);
  await proveFullNetwork(report, board);
  await proveRemoval(report, board);
} finally {
  await board.stop();
}
leave(report.finish());
