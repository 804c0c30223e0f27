// The process that is the accelerator: native/sim/board/board_host.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { host } from './files.mjs';

export class AcceleratorHost {
  #process;
  #lines;
  #waiting = [];

  /** Resolves once it waits for QEMU. */
  static async start({ socket, memory, qtest, model, preset }) {
    const self = new AcceleratorHost();
    const args = { socket, memory, qtest, model, preset };
    self.#process = spawn(
      host,
      Object.entries(args).flatMap(([key, value]) => [`--${key}`, value]),
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    self.#lines = createInterface({ input: self.#process.stdout });
    self.#lines.on('line', (line) => self.#waiting.shift()?.(JSON.parse(line)));
    await self.#answer();
    self.#waiting.push(() => {}); // says so when QEMU has come
    return self;
  }

  #answer() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** `stats`, `id HEX`, `stuck` or `none`; resolves to { starts, interrupts, instructions, cycles }. */
  tell(line) {
    const answer = this.#answer();
    this.#process.stdin.write(`${line}\n`);
    return answer;
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin.end();
    this.#process.kill('SIGTERM');
    await ended;
  }
}
