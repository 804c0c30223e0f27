interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** `1234 of 12630 (10 %)` on a terminal's last line; nothing at all in a pipe. */
export class Progress {
  readonly #total: number;
  readonly #terminal: Terminal;
  #nextMs = 0;

  constructor(total: number, terminal: Terminal = process.stderr) {
    this.#total = total;
    this.#terminal = terminal;
  }

  update(done: number): void {
    if (!this.#terminal.isTTY || performance.now() < this.#nextMs) return;
    this.#nextMs = performance.now() + 100;
    this.#terminal.write(
      `\r\x1b[K${done} of ${this.#total} (${Math.floor((100 * done) / Math.max(1, this.#total))} %)`,
    );
  }

  /** Takes the line away again. */
  end(): void {
    if (this.#terminal.isTTY) this.#terminal.write('\r\x1b[K');
  }
}
