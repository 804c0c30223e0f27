import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const unit = path.join(root, 'deploy/service/zynqnetd.service');
const devMem = path.join(root, 'deploy/service/zynqnetd.service.d/devmem.conf.example');
const haveAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

/** The most that the unit may be exposed, on systemd's scale from 0 to 10. */
const limit = 2.5;

/** The unit's exposure, `more` put at its end as a drop-in is. */
function exposure(more = ''): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'zynqnetd-unit-'));
  try {
    const file = path.join(folder, 'zynqnetd.service');
    writeFileSync(file, `${readFileSync(unit, 'utf8')}\n${more}`);
    const args = ['security', '--offline=true', '--no-pager', file];
    const { stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    const [, value] = /exposure level for .*: ([\d.]+)/.exec(stdout) ?? [];
    if (value === undefined) throw new Error(`${stdout}${stderr}`);
    return Number(value);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All values of one setting. */
function settings(text: string, key: string): string[] {
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map((match) => match[1] ?? '');
}

describe.skipIf(!haveAnalyze)('the exposure that systemd-analyze sees', () => {
  test(`is at most ${limit}`, () => {
    expect(exposure()).toBeLessThanOrEqual(limit);
  });

  test(`is at most ${limit} with /dev/mem, for boards without UIO`, () => {
    expect(exposure(readFileSync(devMem, 'utf8'))).toBeLessThanOrEqual(limit);
  });

  test('grows when the hardening is taken away: the figure means something', () => {
    expect(exposure('[Service]\nProtectSystem=no\nNoNewPrivileges=no\n')).toBeGreaterThan(exposure());
  });
});

describe('the unit', () => {
  const text = readFileSync(unit, 'utf8');

  test('reaches accelerator, cameras and network, and nothing else of /dev', () => {
    expect(settings(text, 'DevicePolicy')).toEqual(['closed']);
    const devices = settings(text, 'DeviceAllow').map((value) => value.split(' ')[0]);
    expect(devices).toEqual(['char-uio', 'char-u-dma-buf', 'char-udmabuf', 'char-video4linux']);
    const [families = ''] = settings(text, 'RestrictAddressFamilies');
    expect(families.split(' ')).toEqual(['AF_INET', 'AF_INET6', 'AF_UNIX']);
    expect(settings(text, 'PrivateDevices')).toEqual([]);
    expect(settings(text, 'PrivateNetwork')).toEqual([]);
  });

  test('runs as its own user, writes its state only, has a watchdog, a memory limit and comes back', () => {
    expect(settings(text, 'User')).toEqual(['zynqnetd']);
    expect(settings(text, 'ProtectSystem')).toEqual(['strict']);
    expect(settings(text, 'StateDirectory')).toEqual(['zynqnetd']);
    expect(Number(settings(text, 'WatchdogSec')[0])).toBeGreaterThanOrEqual(60);
    expect(settings(text, 'Restart')).toEqual(['always']);
    expect(settings(text, 'MemoryMax')[0]).toMatch(/^\d+M$/);
  });
});
