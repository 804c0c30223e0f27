import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kernelOptions } from '../../../daemon/doctor/kernel-options.js';
import { FakeBoard, type FakeBundle, haveZstd, makeBundle, root } from './support.js';

/** deploy/install.sh from end to end; only ssh is a stand-in, which runs its command on the fake board. */
describe.skipIf(!haveZstd)('install.sh', { timeout: 180_000 }, () => {
  let folder: string;
  let one: FakeBundle;
  let two: FakeBundle;
  let board: FakeBoard;
  let calls: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'zynqnetd-bundles-'));
    [one, two] = ['one', 'two'].map((id) => makeBundle(folder, id)) as [FakeBundle, FakeBundle];
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    board = new FakeBoard();
    calls = path.join(board.folder, 'ssh-calls');
    ssh();
  });
  afterEach(() => board.remove());

  /** The last argument of ssh is the command; /lib, /opt and /etc are the fake board's. `cutCall`: that call breaks off. */
  function ssh(cutCall = 0): void {
    writeFileSync(calls, '0');
    board.program(
      'ssh',
      `for command; do :; done
n=$(($(cat ${calls}) + 1)); echo $n >${calls}
[ $n -ne ${cutCall} ] || { head -c 100000 | sh -c "$command" >/dev/null 2>&1 & sleep 0; echo "Connection to board closed by remote host." >&2; exit 255; }
command=$(printf '%s' "$command" | sed "s#/tmp/zynqnetd-setup#${board.sysroot}/tmp/zynqnetd-setup#g; s#/lib/firmware#${board.sysroot}/lib/firmware#g; s#sh /opt/zynqnetd#ZYNQNETD_CONFIG=${board.sysroot}/etc/zynqnetd/zynqnetd.yaml sh ${board.sysroot}/opt/zynqnetd#g")
exec sh -c "$command"`,
    );
  }

  function install(...args: string[]) {
    const result = spawnSync('sh', [path.join(root, 'deploy/install.sh'), 'root@board', ...args], {
      env: board.env(),
      encoding: 'utf8',
    });
    return { code: result.status, text: `${result.stdout}${result.stderr}` };
  }

  function bitstream(idCode: number, sync = 0xaa995566): string {
    const words = [0xffffffff, 0x000000bb, 0x11220044, 0xffffffff, sync, 0x20000000, 0x30018001, idCode, 0x20000000];
    const bytes = Buffer.alloc(words.length * 4);
    for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, index * 4);
    const file = path.join(board.folder, 'stream.bit.bin');
    writeFileSync(file, bytes);
    return file;
  }

  test('tells its progress, installs, and is done a second time at once', () => {
    const { code, text } = install(
      '--bundle',
      one.file,
      '--broker',
      'mqtt://10.0.0.1:1883',
      '--bitstream',
      bitstream(0x13722093),
    );
    expect(text).toContain('done.');
    expect(code).toBe(0);
    expect(text.match(/^\[\d\] .*/gm)).toHaveLength(5);
    expect(board.current()).toBe('one');
    expect(readFileSync(board.file('etc/zynqnetd/zynqnetd.yaml'), 'utf8')).toBe(
      '# of one\nmqtt:\n  url: mqtt://10.0.0.1:1883\n',
    );
    expect(existsSync(board.file('lib/firmware/zynqnetd.bit.bin'))).toBe(true);
    expect(install('--bundle', one.file).text).toContain('already there');
    expect(board.listing().filter((name) => name.startsWith('tmp/'))).toEqual([]);
  });

  describe('refuses before anything changes', () => {
    const refusals: readonly [string, string, () => string[] | undefined][] = [
      [
        'no ssh key',
        'ssh-copy-id',
        () => void board.program('ssh', 'echo "root@board: Permission denied (publickey)." >&2; exit 255'),
      ],
      [
        'an unknown host key',
        'INSTALL_SSH_HOST',
        () => void board.program('ssh', 'echo "Host key verification failed." >&2; exit 255'),
      ],
      [
        'a board that does not answer',
        'INSTALL_SSH: ',
        () => void board.program('ssh', 'echo "No route to host" >&2; exit 255'),
      ],
      ['another architecture', 'INSTALL_ARCH', () => void board.program('uname', 'echo aarch64')],
      [
        'an old C library',
        'glibc 2.36 or newer but the board has 2.31',
        () => void board.program('getconf', 'echo "glibc 2.31"'),
      ],
      ['no libstdc++', 'INSTALL_LIBSTDCXX', () => void rmSync(board.file('lib/libstdc++.so.6'))],
      ['no Node', 'INSTALL_NODE', () => void board.program('node', 'exit 127')],
      ['an old Node', 'has Node v16.19.0', () => void board.program('node', 'echo v16.19.0')],
      ['no init system', 'INSTALL_INIT', () => void rmSync(board.file('etc/init.d'), { recursive: true })],
      [
        'a full disk',
        'KiB are needed',
        () => void board.program('df', 'printf "Filesystem\\n/dev/root 100 90 10 90%% /\\n"'),
      ],
      ['a read-only root', 'INSTALL_READONLY', () => void board.program('touch', 'exit 1')],
      [
        'a bitstream that is not byte-swapped',
        'byte-swapped sync word',
        () => ['--bitstream', bitstream(0x03722093, 0x665599aa)],
      ],
      ['a bitstream for another board', 'IDCODE 03731093', () => ['--bitstream', bitstream(0x03731093)]],
      ['a bitstream that is not there', 'cannot read', () => ['--bitstream', '/nowhere.bit.bin']],
      [
        "a broker's address with a quote in it",
        'characters that cannot be right',
        () => ['--broker', "mqtt://a';reboot;'"],
      ],
      ['a broker without a scheme', 'expected --broker as', () => ['--broker', '10.0.0.1']],
    ];
    test.each(refusals)('%s', (_name, words, spoil) => {
      install('--bundle', one.file);
      const more = spoil() ?? [];
      const before = board.listing();
      const { code, text } = install('--bundle', two.file, ...more);
      expect(text).toContain(words);
      expect(code).not.toBe(0);
      expect(board.current()).toBe('one');
      expect(board.listing()).toEqual(before);
    });

    test.each([0, 1, 1000, 20_000])('a bundle with only its first %d bytes', (bytes) => {
      install('--bundle', one.file);
      const file = path.join(board.folder, 'truncated.tar.zst');
      writeFileSync(file, readFileSync(two.file));
      truncateSync(file, Math.min(bytes, readFileSync(two.file).length - 1));
      const { code, text } = install('--bundle', file);
      expect(text).toContain('INSTALL_BUNDLE');
      expect(code).toBe(1);
      expect(board.current()).toBe('one');
    });

    test('no bundle at all', () => {
      expect(install('--bundle', '/nowhere.tar.zst').text).toContain('INSTALL_BUNDLE');
    });
  });

  test("the PetaLinux layer's Node counts before an older one on the path", () => {
    board.program('node', 'echo v16.19.0');
    expect(install('--bundle', one.file).text).toContain('has Node v16.19.0');
    mkdirSync(board.file('opt/zynqnetd/node/bin'), { recursive: true });
    writeFileSync(board.file('opt/zynqnetd/node/bin/node'), '#!/bin/sh\necho v22.11.0\n', { mode: 0o755 });
    expect(install('--bundle', one.file).code).toBe(0);
  });

  test('a board without our device tree is told of and installed', () => {
    const { code, text } = install('--bundle', one.file);
    expect(text).toContain('warning: no UIO device named zynqnetd');
    expect(code).toBe(0);
  });

  describe('the kernel', () => {
    const config = (...options: string[]) =>
      writeFileSync(board.file('proc/config.gz'), gzipSync(options.map((name) => `${name}=y\n`).join('')));
    const needed = kernelOptions.filter(({ need }) => need === 'required').map(({ name }) => name);

    test('with all that is needed is not talked about', () => {
      config(...needed);
      expect(install('--check').text).not.toContain('kernel');
    });

    test('without the accelerator drivers: they are named, the CPU will do', () => {
      config(...needed.filter((name) => !name.includes('UIO')));
      const { code, text } = install('--check');
      expect(text).toContain('kernel lacks CONFIG_UIO CONFIG_UIO_PDRV_GENIRQ');
      expect(code).toBe(0);
    });

    test('without NEON: refused', () => {
      config(...needed.slice(1));
      const { code, text } = install('--check');
      expect(text).toContain('INSTALL_KERNEL');
      expect(code).toBe(1);
    });

    test('that does not tell its options is told of', () => {
      expect(install('--check').text).toContain('does not tell its options');
    });
  });

  test('the connection cut at each call: the running version stays whole, the same command completes', {
    timeout: 600_000,
  }, () => {
    let cut = 1;
    for (; cut < 30; cut += 1) {
      board.remove();
      board = new FakeBoard();
      calls = path.join(board.folder, 'ssh-calls');
      ssh();
      install('--bundle', one.file);
      ssh(cut);
      const { code } = install('--bundle', two.file, '--broker', 'mqtt://10.0.0.1');
      if (code === 0) break;
      expect(['one', 'two'], `cut at call ${cut}`).toContain(board.current());
      ssh();
      expect(install('--bundle', two.file, '--broker', 'mqtt://10.0.0.1'), `after cut ${cut}`).toMatchObject({
        code: 0,
      });
      expect(board.current()).toBe('two');
    }
    expect(cut).toBeGreaterThan(4);
  });
});
