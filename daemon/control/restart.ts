import type { Inbox } from './inbox.js';
import { RequestError } from './reply.js';

/** Before a restart, answers get this long to reach the broker. */
const answerLimitMs = 1000;

/** A supervisor gives up on what restarts too often (StartLimitBurst in deploy/service/zynqnetd.service): messages must not lead there. */
const minUptimeMs = 90_000;

/** Restarts that messages ask for. */
export class Restart {
  readonly #inbox: Inbox;
  readonly #restart: (reason: string) => void;
  readonly #startedMs = performance.now();

  constructor(inbox: Inbox, restart: (reason: string) => void) {
    this.#inbox = inbox;
    this.#restart = restart;
  }

  /** Throws `RequestError` when the last start was too short ago. */
  readonly check = (): void => {
    const upMs = performance.now() - this.#startedMs;
    if (process.env.ZYNQNETD_SUPERVISED === '1' && upMs < minUptimeMs) {
      throw new RequestError(429, `the daemon has just started; it restarts again after ${minUptimeMs / 1000} s`);
    }
  };

  /** Once the requests at work have been answered. */
  readonly request = (reason: string): void => {
    void this.#inbox.idle(answerLimitMs).then(() => this.#restart(reason));
  };
}
