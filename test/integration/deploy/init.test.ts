import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../deploy/service/zynqnetd.init', import.meta.url));
const haveStarter = spawnSync('start-stop-daemon', ['--version']).error === undefined;

let board: string;
beforeEach(() => {
  board = mkdtempSync(path.join(tmpdir(), 'zynqnetd-init-'));
  for (const name of ['opt/zynqnetd/current/bin', 'opt/zynqnetd/current/service', 'var/log', 'var/run']) {
    mkdirSync(path.join(board, name), { recursive: true });
  }
  put('opt/zynqnetd/current/service/prepare.sh', 'true');
});
afterEach(() => {
  init('stop');
  rmSync(board, { recursive: true, force: true });
});

function put(name: string, text: string): void {
  writeFileSync(path.join(board, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** A daemon that writes down who it is and what reaches it; `atTerm` is what it does when it is asked to end. */
const daemon = (atTerm: string) =>
  put(
    'opt/zynqnetd/current/bin/zynqnetd',
    `echo $$ >>${board}/pids\ntrap '${atTerm}' TERM\nwhile :; do sleep 0.1; done`,
  );

function init(verb: string) {
  const { status, stdout } = spawnSync('sh', [script, verb], {
    env: { ...process.env, ZYNQNETD_SYSROOT: board, ZYNQNETD_STOP_SECONDS: '2' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { status, text: stdout };
}

const pids = () =>
  existsSync(path.join(board, 'pids'))
    ? readFileSync(path.join(board, 'pids'), 'utf8').trim().split('\n').map(Number)
    : [];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe.skipIf(!haveStarter)('the init script', { timeout: 120_000 }, () => {
  test('starts one daemon, says so, and stops it', async () => {
    daemon(`echo ended >>${board}/ended; exit 0`);
    expect(init('status').status).toBe(3);
    expect(init('start').status).toBe(0);
    await until(() => pids().length === 1);
    expect(init('start').text).toContain('already running');
    expect(init('status').status).toBe(0);
    expect(init('stop').text).toContain('stopped');
    expect(pids().filter(isAlive)).toEqual([]);
    expect(readFileSync(path.join(board, 'ended'), 'utf8')).toBe('ended\n'); // asked once, not twice
  });

  test('a daemon that ends is started again', async () => {
    daemon('exit 0');
    init('start');
    await until(() => pids().length === 1);
    process.kill(pids()[0] as number, 'SIGKILL');
    await until(() => pids().length === 2);
    expect(isAlive(pids()[1] as number)).toBe(true);
  });

  test('a daemon that does not end is killed before stop returns: it would keep the accelerator from the next one', async () => {
    daemon(':');
    init('start');
    await until(() => pids().length === 1);
    expect(init('stop').text).toContain('stopped');
    expect(pids().filter(isAlive)).toEqual([]);
  });

  test('a daemon whose supervisor was killed is stopped all the same', async () => {
    daemon('exit 0');
    init('start');
    await until(() => pids().length === 1);
    process.kill(Number(readFileSync(path.join(board, 'var/run/zynqnetd/supervisor.pid'), 'utf8')), 'SIGKILL');
    expect(init('stop').text).toContain('stopped');
    expect(pids().filter(isAlive)).toEqual([]);
  });
});
