import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClockWatch, clockSigns } from '../../../daemon/monitoring/clock.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const hook = path.join(root, 'deploy/service/clock-hook.sh');
const script = path.join(root, 'deploy/service/zynqnetd-clock.init');

let board: string;
let sign: string;
beforeEach(() => {
  board = mkdtempSync(path.join(tmpdir(), 'zynqnetd-clock-'));
  for (const name of ['bin', 'etc/default', 'var/run', 'run']) mkdirSync(path.join(board, name), { recursive: true });
  sign = path.join(board, 'run/zynqnetd/clock-synchronized');
});
afterEach(() => rmSync(board, { recursive: true, force: true }));

function run(file: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('sh', [file, ...args], {
    env: { PATH: `${board}/bin:${process.env.PATH}`, ZYNQNETD_SYSROOT: board, ZYNQNETD_CLOCK_HOOK: hook, ...env },
    encoding: 'utf8',
  });
  return { status, text: `${stdout}${stderr}` };
}

function program(name: string, text: string): void {
  writeFileSync(path.join(board, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

describe("what busybox's ntpd says", () => {
  test('the sign is one that the daemon and the doctor look for', () => {
    expect(clockSigns.map((file) => path.join(board, file))).toContain(sign);
  });

  test.each([
    ['step', '3', true],
    ['stratum', '3', true],
    ['periodic', '15', true],
    ['stratum', '16', false],
    ['unsync', '16', false],
  ])('%s at stratum %s: synchronised is %s', (event, stratum, synchronized) => {
    run(hook, ['step'], { stratum: '2' });
    expect(run(hook, [event], { stratum })).toMatchObject({ status: 0 });
    expect(new ClockWatch([sign]).synchronized()).toBe(synchronized);
  });

  test('called by hand, without a stratum, step means that the clock is right', () => {
    run(hook, ['step']);
    expect(existsSync(sign)).toBe(true);
  });

  test('anything else is wrong usage', () => {
    expect(run(hook, ['stop'])).toMatchObject({ status: 2 });
    expect(existsSync(sign)).toBe(false);
  });
});

describe('the init script', () => {
  const pidFile = () => path.join(board, 'var/run/zynqnetd-clock.pid');

  beforeEach(() => {
    program('busybox', 'exit 0');
    program('start-stop-daemon', `echo "$@" >>${board}/started; echo ${process.pid} >${pidFile()}`);
  });

  test("starts busybox's ntpd in the foreground with our hook and the servers, once", () => {
    writeFileSync(path.join(board, 'etc/default/zynqnetd-clock'), "NTP_SERVERS='10.0.0.1 time.example'\n");
    expect(run(script, ['start'])).toMatchObject({ status: 0 });
    expect(run(script, ['start']).text).toContain('already running');
    expect(readFileSync(path.join(board, 'started'), 'utf8')).toBe(
      `-S -b -m -p ${pidFile()} -x /bin/busybox -- ntpd -n -S ${hook} -p 10.0.0.1 -p time.example\n`,
    );
    expect(run(script, ['status'])).toMatchObject({ status: 0 });
  });

  test('a busybox without ntpd: says what the own time service has to run', () => {
    program('busybox', 'exit 1');
    const { status, text } = run(script, ['start']);
    expect(status).toBe(1);
    expect(text).toContain(`${hook} step`);
    expect(existsSync(path.join(board, 'started'))).toBe(false);
  });

  test('stopping takes the sign away: nobody watches the clock any more', () => {
    run(hook, ['step']);
    expect(run(script, ['stop'])).toMatchObject({ status: 0 });
    expect(existsSync(sign)).toBe(false);
    expect(run(script, ['status'])).toMatchObject({ status: 3 });
  });
});
