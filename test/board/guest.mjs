// The emulated board: qemu-system-arm with the accelerator's process behind its register window, reached over ssh.
import { spawn } from 'node:child_process';
import { createWriteStream, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { AcceleratorHost } from './accelerator-host.mjs';
import { kernel, plugin, work } from './files.mjs';
import { capture } from './process.mjs';

/** Zynq-7000 maps the PL's registers here; with 2 GiB of emulated RAM there is memory behind them, as there must be. */
const window = { base: 0x43c00000, bytes: 0x1000 };

export class Guest {
  #qemu;
  #log = '';
  #waiting = new Set();
  /** ssh options for this board, as install.sh takes them too */
  sshOptions;
  sshPort;
  accelerator;
  bootSeconds = 0;

  /** Boots and resolves once the services were started. */
  static async boot({ image, tree, key, model = 'rtl', preset = 'zybo', name = 'guest' }) {
    const guest = new Guest();
    await guest.#start({ image, tree, key, model, preset, name });
    return guest;
  }

  async #start({ image, tree, key, model, preset, name }) {
    const path = (suffix) => join('/tmp', `zynqnetd-board-${process.pid}-${suffix}`); // short: a socket's path has 107 characters
    const memory = join(memoryFolder(), `zynqnetd-board-${process.pid}`);
    this.sshPort = await freePort();
    this.sshOptions = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
      `IdentityFile=${key}`,
      'IdentitiesOnly=yes',
    ];
    this.accelerator = await AcceleratorHost.start({
      socket: path('window'),
      memory,
      qtest: path('qtest'),
      model,
      preset,
    });
    const started = performance.now();
    const append = [
      'console=ttyPS0,115200 root=/dev/mmcblk0 rootwait rw ip=dhcp mem=512M quiet random.trust_bootloader=on',
      'uio_pdrv_genirq.of_id=generic-uio vivid.n_devs=1 vivid.node_types=0x1 vivid.num_inputs=1 vivid.input_types=0',
      `epoch=${Math.floor(Date.now() / 1000)} init=/sbin/init`,
    ].join(' ');
    this.#qemu = spawn('qemu-system-arm', [
      ...['-M', 'xilinx-zynq-a9', '-m', '2048', '-kernel', kernel, '-dtb', tree, '-append', append],
      ...[
        '-drive',
        `if=sd,format=raw,file=${image},cache=unsafe`,
        '-display',
        'none',
        '-monitor',
        'none',
        '-no-reboot',
      ],
      ...['-nic', `user,hostfwd=tcp:127.0.0.1:${this.sshPort}-:22`, '-serial', 'null', '-serial', 'stdio'],
      ...[
        '-object',
        `memory-backend-file,id=ram,size=2G,mem-path=${memory},share=on`,
        '-machine',
        'memory-backend=ram',
      ],
      ...['-qtest', `unix:${path('qtest')},server=on,wait=off`, '-qtest-log', '/dev/null'],
      ...['-plugin', `${plugin},socket=${path('window')},base=${window.base},size=${window.bytes}`],
    ]);
    const log = createWriteStream(join(work, `${name}.log`));
    for (const stream of [this.#qemu.stdout, this.#qemu.stderr]) {
      stream.on('data', (data) => {
        log.write(data);
        this.#log += data;
        for (const check of this.#waiting) check();
      });
    }
    process.once('exit', () => this.#qemu.kill('SIGKILL')); // never left behind
    this.#qemu.on('exit', () => {
      rmSync(memory, { force: true });
      for (const check of this.#waiting) check();
    });
    await this.console(/BOARD up ([\d.]+)/, 120);
    this.bootSeconds = (performance.now() - started) / 1000;
  }

  /** Waits for the serial console to show `pattern`. */
  console(pattern, seconds) {
    return new Promise((resolve, reject) => {
      const done = (end, value) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        end(value);
      };
      const tail = () => this.#log.slice(-1500);
      const check = () => {
        const match = pattern.exec(this.#log);
        if (match) done(resolve, match);
        else if (this.#qemu.exitCode !== null) done(reject, new Error(`QEMU ended; its console said: ${tail()}`));
      };
      const timer = setTimeout(
        () => done(reject, new Error(`nothing like ${pattern} on the console within ${seconds} s: ${tail()}`)),
        seconds * 1000,
      );
      this.#waiting.add(check);
      check();
    });
  }

  /**
   * Runs a shell command as root; resolves to { code, stdout, stderr }.
   * @param {string} command
   * @param {{ seconds?: number, input?: string | Buffer }} options
   */
  run(command, { seconds = 120, ...more } = {}) {
    const options = this.sshOptions.flatMap((option) => ['-o', option]);
    return capture('ssh', ['-p', String(this.sshPort), ...options, 'root@127.0.0.1', command], { seconds, ...more });
  }

  /**
   * As `run`; throws unless the command succeeds; resolves to its output.
   * @param {string} command
   * @param {{ seconds?: number, input?: string | Buffer }} [options]
   */
  async sh(command, options) {
    const { code, stdout, stderr } = await this.run(command, options);
    if (code !== 0) throw new Error(`on the board, '${command}' ended with ${code}: ${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  /** Pulls the plug. */
  async powerOff() {
    const ended = new Promise((resolve) => this.#qemu.once('exit', resolve));
    if (this.#qemu.exitCode === null && this.#qemu.signalCode === null) {
      this.#qemu.kill('SIGKILL');
      await ended;
    }
    await this.accelerator.stop();
  }
}

/** For the guest's memory, of which it touches less than 512 MiB: in memory where there is room, as in containers there may not be. */
function memoryFolder() {
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize > 1 << 30 ? '/dev/shm' : work;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
