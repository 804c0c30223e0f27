import type { Logger } from 'pino';
import { endsWithin } from '../util/time-limit.js';

interface Step {
  readonly name: string;
  readonly undo: () => Promise<unknown> | unknown;
}

/** What has been started and how each is stopped, newest first, however far the start has come. */
export class Cleanup {
  readonly #steps: Step[] = [];

  defer(name: string, undo: Step['undo']): void {
    this.#steps.push({ name, undo });
  }

  /** Stops everything within `limitMs` altogether; resolves to the names of what did not stop in time or failed. */
  async run(limitMs: number, log: Logger): Promise<string[]> {
    const end = performance.now() + limitMs;
    const late: string[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const { name, undo } = step;
      const leftMs = Math.max(20, end - performance.now());
      const ended = await endsWithin(Promise.resolve().then(undo), leftMs).catch((error: unknown) => {
        log.warn({ err: error }, `stopping ${name} failed`);
        return false;
      });
      if (!ended) late.push(name);
    }
    return late;
  }
}
