import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FakeBoard, type FakeBundle, haveBusybox, makeBundle } from './support.js';

let folder: string;
let one: FakeBundle;
let two: FakeBundle;
let three: FakeBundle;
let board: FakeBoard;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'zynqnetd-bundles-'));
  [one, two, three] = ['one', 'two', 'three'].map((id) => makeBundle(folder, id)) as [
    FakeBundle,
    FakeBundle,
    FakeBundle,
  ];
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  board = new FakeBoard();
});
afterEach(() => board.remove());

describe('installing', () => {
  test('first, second and third version: the last two stay, the configuration is kept', () => {
    expect(board.install(one).status).toBe(0);
    const config = board.file('etc/zynqnetd/zynqnetd.yaml');
    expect(readFileSync(config, 'utf8')).toContain('of one');
    writeFileSync(config, '# mine\n');
    expect(board.install(two).status).toBe(0);
    expect(board.install(three).status).toBe(0);
    expect(board.current()).toBe('three');
    expect(readFileSync(config, 'utf8')).toBe('# mine\n');
    expect(board.setup(['status']).stdout).toBe('current=three\nprevious=two\ninstalled=three\ninstalled=two\n');
  });

  test.skipIf(!haveBusybox)('with busybox alone: install, update, roll back, uninstall', { timeout: 60_000 }, () => {
    for (const bundle of [one, two]) {
      expect(board.busyboxSetup(['unpack', bundle.id], bundle.tar)).toMatchObject({ status: 0 });
      expect(board.busyboxSetup(['activate', bundle.id])).toMatchObject({ status: 0 });
    }
    expect(board.current()).toBe('two');
    expect(board.busyboxSetup(['rollback'])).toMatchObject({ status: 0 });
    expect(board.current()).toBe('one');
    expect(board.busyboxSetup(['uninstall', '--purge'])).toMatchObject({ status: 0 });
    expect(existsSync(board.file('opt/zynqnetd'))).toBe(false);
  });

  test('boards without systemd also get the script that tells the daemon about the clock', () => {
    board.install(one);
    const link = board.file('etc/rc5.d/S60zynqnetd-clock');
    expect(readFileSync(link, 'utf8')).toBe(readFileSync(board.file('etc/init.d/zynqnetd-clock'), 'utf8'));
    expect(readFileSync(link, 'utf8')).toContain('/opt/zynqnetd/current/service/clock-hook.sh');
    expect(existsSync(board.file('opt/zynqnetd/current/service/clock-hook.sh'))).toBe(true);
    board.setup(['uninstall']);
    expect(board.listing().filter((name) => name.includes('clock'))).toEqual([]);
  });

  test('the same version again changes nothing', () => {
    board.install(one);
    board.install(two);
    const before = board.listing();
    expect(board.install(two).status).toBe(0);
    expect(board.listing()).toEqual(before);
    expect(board.setup(['status']).stdout).toContain('previous=one');
  });

  test('a version that classifies nothing gives way to the one before', () => {
    board.install(one);
    writeFileSync(path.join(board.folder, 'broken-two'), '');
    const result = board.install(two);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('SETUP_UNHEALTHY');
    expect(board.current()).toBe('one');
  });

  test('one command goes back, and forth', () => {
    board.install(one);
    board.install(two);
    expect(board.setup(['rollback']).status).toBe(0);
    expect(board.current()).toBe('one');
    expect(board.setup(['rollback']).status).toBe(0);
    expect(board.current()).toBe('two');
  });

  test('nothing to go back to is said, not done', () => {
    board.install(one);
    const result = board.setup(['rollback']);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('SETUP_VERSION');
    expect(board.current()).toBe('one');
  });

  test('uninstalling leaves the board as it was', () => {
    const before = board.listing();
    board.install(one);
    board.install(two);
    expect(board.setup(['uninstall', '--purge']).status).toBe(0);
    const left = board.listing().filter((name) => !before.includes(name));
    expect(left.filter((name) => /zynqnet/.test(name))).toEqual([]);
  });

  test('uninstalling keeps configuration and state unless told to purge', () => {
    board.install(one);
    expect(board.setup(['uninstall']).status).toBe(0);
    expect(existsSync(board.file('etc/zynqnetd/zynqnetd.yaml'))).toBe(true);
    expect(existsSync(board.file('opt/zynqnetd'))).toBe(false);
  });
});

describe('bad bundles', () => {
  const shares = [0, 0.3, 0.7, 0.98];
  test.each(shares)('cut off after %f of it: refused, the running version untouched', (share) => {
    board.install(one);
    const before = board.listing();
    // tar pads its output with zeros, up to 10 KiB: what is cut must be more than those.
    const contentBytes = two.tar.findLastIndex((byte) => byte !== 0) + 1;
    const result = board.setup(['unpack', 'two'], two.tar.subarray(0, Math.floor(contentBytes * share)));
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/SETUP_(UNPACK|DIGEST)/);
    expect(board.current()).toBe('one');
    expect(board.listing()).toEqual(before);
  });

  test('one changed byte: refused', () => {
    board.install(one);
    const damaged = Buffer.from(two.tar);
    const at = damaged.indexOf('twotwotwo');
    damaged[at] = 0x54;
    const result = board.setup(['unpack', 'two'], damaged);
    expect(result.stderr).toContain('SETUP_DIGEST');
    expect(board.current()).toBe('one');
  });

  test('a full disk: refused, with what is left of the disk', () => {
    board.install(one);
    const before = board.listing();
    board.program('tar', 'head -c 1000 >/dev/null; echo "tar: write error: No space left on device" >&2; exit 1');
    const result = board.setup(['unpack', 'two'], two.tar);
    expect(result.stderr).toMatch(/SETUP_UNPACK.*\d+ KiB left/s);
    expect(board.listing()).toEqual(before);
  });

  test.each(['../two', '.two', 'a b', ''])('a version called %j is refused', (id) => {
    const result = board.setup(['unpack', id], two.tar);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('SETUP_ID');
  });

  test('a read-only root is told of', () => {
    board.program('mkdir', 'echo "mkdir: Read-only file system" >&2; exit 1');
    expect(board.setup(['unpack', 'two'], two.tar).stderr).toContain('SETUP_READONLY');
  });

  test('two installations at once: the second is told to wait', () => {
    board.install(one);
    const result = board.setup(['activate', 'one']);
    expect(result.status).toBe(0);
    const lock = board.file('opt/zynqnetd/.lock');
    expect(existsSync(lock)).toBe(false);
    board.program('readlink', `mkdir -p ${lock}; echo ${process.pid} >${lock}/pid; exec /bin/readlink "$@"`);
    board.setup(['status']);
    expect(board.setup(['activate', 'one']).stderr).toContain('SETUP_BUSY');
  });
});

describe('cut at every step', () => {
  /** Runs `act` with a cut before the n-th change, for every n there is; `check` sees the board after each cut. */
  function cutEverywhere(
    prepare: () => void,
    act: () => { status: number | null },
    check: (n: number) => void,
  ): number {
    for (let n = 1; n < 500; n += 1) {
      board.remove();
      board = new FakeBoard();
      prepare();
      board.cutAt(n);
      const { status } = act();
      board.cut = 0;
      if (status === 0) return n - 1;
      check(n);
    }
    throw new Error('it never got through');
  }

  test('of an update: the old or the new version runs, whole; the same command then completes', {
    timeout: 600_000,
  }, () => {
    const cuts = cutEverywhere(
      () => {
        board.install(one);
        writeFileSync(board.file('etc/zynqnetd/zynqnetd.yaml'), '# mine\n');
      },
      () => board.install(two),
      (n) => {
        expect(['one', 'two'], `cut ${n}`).toContain(board.current());
        expect(board.install(two), `after cut ${n}`).toMatchObject({ status: 0 });
        expect(board.current()).toBe('two');
        expect(readFileSync(board.file('etc/zynqnetd/zynqnetd.yaml'), 'utf8')).toBe('# mine\n');
        expect(
          board.listing().filter((name) => /\.new|staging|\.lock/.test(name)),
          `cut ${n}`,
        ).toEqual([]);
        // The way back is there whatever was cut.
        expect(board.setup(['rollback']), `rollback after cut ${n}`).toMatchObject({ status: 0 });
        expect(board.current()).toBe('one');
      },
    );
    expect(cuts).toBeGreaterThan(20);
  });

  test('of a rollback: one of both runs, and either can be had', { timeout: 600_000 }, () => {
    const cuts = cutEverywhere(
      () => {
        board.install(one);
        board.install(two);
      },
      () => board.setup(['rollback']),
      (n) => {
        expect(['one', 'two'], `cut ${n}`).toContain(board.current());
        expect(board.setup(['activate', 'two']), `after cut ${n}`).toMatchObject({ status: 0 });
        expect(board.setup(['rollback']), `after cut ${n}`).toMatchObject({ status: 0 });
        expect(board.current()).toBe('one');
      },
    );
    expect(cuts).toBeGreaterThan(5);
  });

  test('of the first installation: the same command completes it', { timeout: 600_000 }, () => {
    cutEverywhere(
      () => {},
      () => board.install(one),
      (n) => {
        expect(board.install(one), `after cut ${n}`).toMatchObject({ status: 0 });
        expect(board.current()).toBe('one');
      },
    );
  });

  test('of an uninstallation: the same command completes it', { timeout: 600_000 }, () => {
    cutEverywhere(
      () => {
        board.install(one);
      },
      () => board.setup(['uninstall', '--purge']),
      (n) => {
        expect(board.setup(['uninstall', '--purge']), `after cut ${n}`).toMatchObject({ status: 0 });
        expect(
          board.listing().filter((name) => /zynqnet/.test(name)),
          `cut ${n}`,
        ).toEqual([]);
      },
    );
  });
});
