import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const setup = path.join(root, 'deploy/board/setup.sh');
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
export const haveZstd = has('zstd');
/** The tools of a PetaLinux image; without it the machine's own do. */
export const haveBusybox = has('busybox');

/** Every external program of setup.sh that changes something: a cut can come before and after each. */
const cuttable = ['mkdir', 'rm', 'mv', 'cp', 'ln', 'tar', 'sync', 'chmod', 'sha256sum', 'sleep'];

/** A board's root folder with the few things that setup.sh looks at, and programs that can be made to fail. */
export class FakeBoard {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'zynqnetd-board-'));
  readonly sysroot = path.join(this.folder, 'root');
  readonly programs = path.join(this.folder, 'bin');
  readonly #calls = path.join(this.folder, 'calls');

  constructor() {
    for (const name of ['etc/init.d', 'etc/rc5.d', 'proc', 'tmp', 'lib']) {
      mkdirSync(path.join(this.sysroot, name), { recursive: true });
    }
    writeFileSync(path.join(this.sysroot, 'lib/libstdc++.so.6'), '');
    mkdirSync(this.programs);
    this.program('uname', 'echo armv7l');
    this.program('getconf', 'echo "glibc 2.36"');
    this.program('node', 'echo v22.11.0');
    // The service: whatever version is current classifies its first frame, unless told that it is broken.
    this.program(
      'sleep',
      `id=$(basename "$(readlink "${this.sysroot}/opt/zynqnetd/current")")
mkdir -p "${this.sysroot}/var/lib/zynqnetd"
[ -e "${this.folder}/broken-$id" ] || echo "$id" >"${this.sysroot}/var/lib/zynqnetd/ready"`,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts a program before the machine's own. */
  program(name: string, script: string): void {
    const file = path.join(this.programs, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** The n-th of the programs that change something takes the shell with it, as a power cut would. */
  cutAt(n: number): void {
    writeFileSync(this.#calls, '0');
    for (const name of cuttable) {
      const file = path.join(this.programs, name);
      const own = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (!own.includes('KILL')) {
        const rest =
          own === ''
            ? haveBusybox
              ? `exec busybox ${name} "$@"`
              : `exec /usr/bin/env PATH=/usr/bin:/bin ${name} "$@"`
            : own.replace('#!/bin/sh\n', '');
        this.program(
          name,
          `n=$(($(cat ${this.#calls}) + 1)); echo $n >${this.#calls}
[ $n -ne "\${CUT:-0}" ] || { kill -KILL $PPID; exit 1; }
${rest}`,
        );
      }
    }
    this.cut = n;
  }
  cut = 0;

  env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: `${this.programs}:${process.env.PATH}`,
      ZYNQNETD_SYSROOT: this.sysroot,
      ZYNQNETD_HEALTH_SECONDS: '2',
      CUT: String(this.cut),
    };
  }

  /**
   * setup.sh with these arguments, in the machine's shell: busybox's own prefers its applets to programs that a test puts
   * before them.
   */
  setup(args: string[], input?: Buffer): SpawnSyncReturns<string> {
    return spawnSync('sh', [setup, ...args], { env: this.env(), input: input ?? '', encoding: 'utf8' });
  }

  /** The same in busybox's shell with nothing but busybox, a service beside it. */
  busyboxSetup(args: string[], input?: Buffer): SpawnSyncReturns<string> {
    const service = `(while [ -e "$0" ]; do ${path.join(this.programs, 'sleep')}; sleep 0.2; done) & busybox sh "$@"; code=$?; kill $!; exit $code`;
    const env = { ...this.env(), ZYNQNETD_HEALTH_SECONDS: '10' };
    return spawnSync('sh', ['-c', service, this.programs, setup, ...args], {
      env,
      input: input ?? '',
      encoding: 'utf8',
    });
  }

  install(bundle: FakeBundle): SpawnSyncReturns<string> {
    const unpacked = this.setup(['unpack', bundle.id], bundle.tar);
    return unpacked.status === 0 ? this.setup(['activate', bundle.id]) : unpacked;
  }

  file(name: string): string {
    return path.join(this.sysroot, name);
  }

  /** The version that runs, proven whole; throws when `current` points at anything else. */
  current(): string {
    const link = spawnSync('readlink', [this.file('opt/zynqnetd/current')], { encoding: 'utf8' }).stdout.trim();
    const folder = this.file(`opt/zynqnetd/${link}`);
    const check = spawnSync('sha256sum', ['-c', '--quiet', 'manifest.sha256'], { cwd: folder, encoding: 'utf8' });
    if (check.status !== 0) throw new Error(`current -> '${link}' is no whole version: ${check.stdout}${check.stderr}`);
    return path.basename(link);
  }

  /** Everything below the board's root, for comparison. */
  listing(): string[] {
    return readdirSync(this.sysroot, { recursive: true, encoding: 'utf8' }).sort();
  }
}

export interface FakeBundle {
  readonly id: string;
  readonly tar: Buffer;
  /** Compressed, as install.sh takes it. */
  readonly file: string;
}

/** A bundle with everything that the installer looks at and little else. */
export function makeBundle(folder: string, id: string, facts: Record<string, unknown> = {}): FakeBundle {
  const stage = path.join(folder, id);
  mkdirSync(path.join(stage, 'config'), { recursive: true });
  mkdirSync(path.join(stage, 'bin'));
  cpSync(path.join(root, 'deploy/service'), path.join(stage, 'service'), { recursive: true });
  cpSync(path.join(root, 'deploy/board/set-broker.sh'), path.join(stage, 'config/set-broker.sh'));
  writeFileSync(path.join(stage, 'config/zynqnetd.yaml'), `# of ${id}\nmqtt:\n  url: null\n`);
  writeFileSync(path.join(stage, 'bin/zynqnetd'), `#!/bin/sh\necho ${id}\n`);
  writeFileSync(path.join(stage, 'ballast'), Buffer.alloc(200_000, id));
  const bundle = { id, version: '0.1.0', board: 'zybo', arch: 'armv7l', glibc: '2.36', node: null, ...facts };
  writeFileSync(path.join(stage, 'bundle.json'), `${JSON.stringify(bundle, null, 2)}\n`);
  const lines = readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(stage, path.join(entry.parentPath, entry.name)))
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(path.join(stage, name)))
          .digest('hex')}  ${name}\n`,
    );
  writeFileSync(path.join(stage, 'manifest.sha256'), lines.join(''));
  const tar = spawnSync('tar', ['-C', stage, '-cf', '-', '.'], { maxBuffer: 64 << 20 }).stdout;
  const file = path.join(folder, `${id}.tar.zst`);
  if (haveZstd) spawnSync('zstd', ['-q', '-o', file], { input: tar });
  return { id, tar, file };
}
