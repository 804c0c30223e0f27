/** Sends one message to the service manager's socket; throws when that fails. */
type SendNotification = (socket: string, message: string) => void;

export interface NotifierOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly send: SendNotification;
  readonly pid?: number;
  /** Called once when the manager cannot be reached. */
  readonly failed: (error: unknown) => void;
}

/** What systemd wants to know of a `Type=notify` service (sd_notify(3)). Without a manager it does nothing. */
export class ServiceNotifier {
  readonly #options: NotifierOptions;
  readonly #socket: string | undefined;
  #status = '';
  #failed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#socket = options.env.NOTIFY_SOCKET || undefined;
  }

  /** How long the manager waits for a sign of life; undefined when it does not watch this process. */
  get watchdogMs(): number | undefined {
    const { WATCHDOG_USEC, WATCHDOG_PID } = this.#options.env;
    const pid = this.#options.pid ?? process.pid;
    if (this.#socket === undefined || (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== pid)) return undefined;
    const limitMs = Number(WATCHDOG_USEC) / 1000;
    return limitMs > 0 ? limitMs : undefined;
  }

  ready(): void {
    this.#notify('READY=1');
  }

  /** One line for `systemctl status`; the same as before is not sent again. */
  status(text: string): void {
    const line = text.replaceAll(/\s+/g, ' ').slice(0, 500);
    if (line === this.#status) return;
    this.#status = line;
    this.#notify(`STATUS=${line}`);
  }

  alive(): void {
    this.#notify('WATCHDOG=1');
  }

  /** Going down to come up again at once in the same process; `ready` ends it. */
  reloading(): void {
    this.#notify(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  stopping(): void {
    this.#notify('STOPPING=1');
  }

  #notify(message: string): void {
    if (this.#socket === undefined) return;
    try {
      this.#options.send(this.#socket, message);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#options.failed(error);
      this.#failed = true;
    }
  }
}
