import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const has = (program: string, ...args: string[]) => spawnSync(program, args).error === undefined;

/** Where shell scripts lie; they are known by their first line, as those of sysvinit have no extension of their own. */
const folders = ['.ci', 'deploy', 'firmware/scripts', 'native/tests', 'test/board', 'training'];

const firstLine = (file: string) => readFileSync(path.join(root, file), 'latin1').slice(0, 40).split('\n')[0] ?? '';

const scripts = folders
  .flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
  )
  .filter((file) => /^#!.*\b(sh|bash)$/.test(firstLine(file)))
  .sort();

/** What runs on a board, whose shell is busybox's. */
const onBoards = scripts.filter((file) =>
  /^deploy\/(board|service|meta-zynqnetd)\/|^test\/board\/rootfs\/files/.test(file),
);

test('the scripts are found', () => {
  for (const name of ['deploy/install.sh', 'deploy/service/zynqnetd.init', 'deploy/service/clock-hook.sh']) {
    expect(scripts).toContain(name);
  }
  expect(onBoards.length).toBeGreaterThan(6);
});

test.skipIf(!has('shellcheck', '--version'))('shellcheck has nothing to say about any script', () => {
  const { status, stdout } = spawnSync('shellcheck', scripts, { cwd: root, encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

describe.skipIf(!has('busybox'))("scripts for boards, read by busybox's shell", () => {
  test.each(onBoards)('%s', (file) => {
    expect(firstLine(file)).toBe('#!/bin/sh');
    const { status, stderr } = spawnSync('busybox', ['sh', '-n', file], { cwd: root, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
