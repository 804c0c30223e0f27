// `npm run check`: everything that is checked without running it (checks/list.mjs). Also the first step of `npm test`.
import { buildScripts } from './build.mjs';
import { runChecks } from './checks/run.mjs';

buildScripts();
const { passed, failed, skipped } = await runChecks();
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed === 0 ? 0 : 1;
