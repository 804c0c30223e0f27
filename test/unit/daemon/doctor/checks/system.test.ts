import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Files } from '../../../../../daemon/doctor/file-system.js';
import { mountOf } from '../../../../../daemon/doctor/mounts.js';
import { boardConfig, doctor, FakeBoard, type Given } from '../support/board.js';

let board: FakeBoard;
beforeEach(() => {
  board = new FakeBoard();
});
afterEach(() => board.dispose());

describe('clock', () => {
  const time = (given: Given = {}) => doctor(board, { ...given, only: ['time'] }).then((found) => found.of('time'));

  test('each sign of a set clock counts', async () => {
    expect((await time()).state).toBe('ok');
    board.remove('/run/systemd');
    expect((await time()).state).toBe('warning');
    board.write('/run/zynqnetd/clock-synchronized', '');
    expect((await time()).state).toBe('ok');
  });

  test('the remedy fits the init system', async () => {
    board.remove('/run/systemd').write('/etc/init.d/zynqnetd-clock', '');
    expect((await time()).remedy).toBe('/etc/init.d/zynqnetd-clock restart');
    board.remove('/etc/init.d').write('/run/systemd/system/x', '');
    expect((await time()).remedy).toBe('systemctl enable --now systemd-timesyncd');
  });

  test('another time service on systemd: the daemon has to be told', async () => {
    board.remove('/run/systemd/timesync').write('/run/systemd/system/x', '');
    const run = async () => ({ status: 0, output: 'yes\n' });
    expect(await time({ machine: { run } })).toMatchObject({
      state: 'warning',
      remedy: 'mkdir -p /run/zynqnetd; touch /run/zynqnetd/clock-synchronized',
    });
  });
});

describe('storage', () => {
  const storage = (given: Given = {}) =>
    doctor(board, { ...given, only: ['storage'] }).then((found) => found.of('storage'));

  test('writable and persistent; nothing is left behind', async () => {
    expect(await storage()).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('/var/lib/zynqnetd (ext4), writable'),
    });
    expect(await new Files(board.root).names('/var/lib/zynqnetd')).toEqual(['overlay.json']);
  });

  test('in memory: a warning that says what it costs', async () => {
    board.write('/proc/mounts', 'rootfs / rootfs rw 0 0\n');
    expect(await storage()).toMatchObject({ state: 'warning', found: expect.stringContaining('lost at reboot') });
  });

  test('not writable: remount, make room, or another user', async () => {
    class Failing extends Files {
      constructor(readonly code: string) {
        super(board.root);
      }
      override async tryWriting(): Promise<void> {
        throw Object.assign(new Error(`${this.code}: cannot`), { code: this.code });
      }
    }
    const remedy = async (code: string) => (await storage({ files: new Failing(code) })).remedy;
    expect(await remedy('EROFS')).toBe('mount -o remount,rw /');
    expect(await remedy('ENOSPC')).toBe('df -h /var/lib/zynqnetd');
    expect(await remedy('EACCES')).toBe('sudo zynqnetd doctor');
    expect((await storage({ files: new Failing('EROFS') })).state).toBe('failed');
  });

  test('a folder that is not there yet: what is above it counts, and it is not made', async () => {
    board.remove('/var/lib/zynqnetd');
    expect((await storage()).state).toBe('ok');
    expect(await new Files(board.root).exists('/var/lib/zynqnetd')).toBe(false);
  });

  test('almost full, or owned by somebody else', async () => {
    class Full extends Files {
      override async freeBytes(): Promise<number> {
        return 5 << 20;
      }
    }
    expect(await storage({ files: new Full(board.root) })).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('only 5 MiB free'),
    });
    class Owned extends Files {
      override async owner(): Promise<number> {
        return 0;
      }
    }
    board.write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\nzynqnetd:x:998:998::/var/lib/zynqnetd:/bin/false\n');
    const owned = await storage({ files: new Owned(board.root) });
    expect(owned).toMatchObject({ state: 'warning', remedy: 'chown -R zynqnetd /var/lib/zynqnetd' });
    expect((await storage({ files: new Owned(board.root), machine: { root: false } })).state).toBe('ok');
  });

  test('no state folder: a warning on a board, fine elsewhere', async () => {
    const config = { ...boardConfig, device: { stateFolder: null } };
    expect((await storage({ config })).state).toBe('warning');
    board.remove('/proc/device-tree');
    expect((await storage({ config })).state).toBe('ok');
  });
});

test('the mount of a path is the longest, and the last of equals', () => {
  const mounts =
    'rootfs / rootfs rw 0 0\n/dev/a / ext4 rw 0 0\ntmpfs /var/lib tmpfs ro,size=1 0 0\n/dev/b /my\\040disk vfat rw 0 0\n';
  expect(mountOf(mounts, '/etc/x')).toEqual({ point: '/', type: 'ext4', readOnly: false });
  expect(mountOf(mounts, '/var/lib/zynqnetd')).toEqual({ point: '/var/lib', type: 'tmpfs', readOnly: true });
  expect(mountOf(mounts, '/var/library')).toMatchObject({ type: 'ext4' });
  expect(mountOf(mounts, '/my disk/x')).toMatchObject({ type: 'vfat' });
  expect(mountOf('', '/')).toBeUndefined();
});
