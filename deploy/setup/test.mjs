// `npm test`: set up, then checks, native tests, vitest and the emulated board; ends with
// "N passed, N failed[, N skipped]". With arguments, only the vitest files whose names contain one of them.
// ZYNQNETD_BOARD_TEST=0 leaves the emulated board out, which takes some minutes of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { runChecks } from './checks/run.mjs';
import { root } from './steps.mjs';

build('test');

const total = { passed: 0, failed: 0, skipped: 0 };
const reports = join(root, 'out/test');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

function step(what, program, args, env = {}) {
  process.stdout.write(`\n== ${what}\n`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return status === 0;
}

/** Adds a report's figures; a step that failed without a failed test in its report counts as one failure. */
function countReport(ok, figures) {
  for (const key of Object.keys(total)) total[key] += figures?.[key] ?? 0;
  if (!ok && !figures?.failed) total.failed += 1;
}

function vitestFigures(path) {
  if (!existsSync(path)) return undefined;
  const report = JSON.parse(readFileSync(path, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The emulated board's rows, each of which is a test. */
function boardFigures(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function ctestFigures(path) {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const number = (name) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`, 's').exec(text)?.[1] ?? 0);
  const [failed, skipped] = [number('failures'), number('skipped') + number('disabled')];
  return { passed: number('tests') - failed - skipped, failed, skipped };
}

const node = process.execPath;
const filters = process.argv.slice(2);
if (filters.length === 0) {
  process.stdout.write('\n== checks\n');
  const checked = await runChecks();
  countReport(checked.failed === 0, checked);
  const ctestReport = join(reports, 'ctest.xml');
  const ctestArgs = ['--test-dir', 'build/native', '--output-on-failure', '-j2', '--output-junit', ctestReport];
  countReport(step('native tests', 'ctest', ctestArgs), ctestFigures(ctestReport));
}
const vitestReport = join(reports, 'vitest.json');
const vitestArgs = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`, ...filters];
const coverage = join(reports, 'coverage');
const programs = join(coverage, 'programs');
const vitestEnv = {};
if (filters.length === 0) {
  mkdirSync(programs, { recursive: true });
  vitestArgs.push('--coverage', `--coverage.reportsDirectory=${join(coverage, 'vitest')}`);
  vitestEnv.ZYNQNETD_COVERAGE_PROGRAMS = programs;
}
const vitestOk = step('vitest', node, ['node_modules/vitest/vitest.mjs', ...vitestArgs], vitestEnv);
countReport(vitestOk, vitestFigures(vitestReport));
if (filters.length === 0) {
  const boardReport = join(reports, 'board.json');
  const boardArgs = ['test/board/run.mjs', '--short', '--patience', '3', '--report', boardReport];
  countReport(step('the emulated board', node, boardArgs), boardFigures(boardReport));
  const coverageArgs = ['deploy/setup/coverage.mjs', join(coverage, 'vitest/coverage-final.json'), programs];
  const covered = step('coverage', node, coverageArgs);
  countReport(covered, covered ? { passed: 1 } : undefined);
}

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
