import type { Logger } from 'pino';

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
      if (
        !(await finishes(
          async () => undo(),
          leftMs,
          (error) => log.warn({ err: error }, `stopping ${name} failed`),
        ))
      ) {
        late.push(name);
      }
    }
    return late;
  }
}

async function finishes(
  work: () => Promise<unknown>,
  limitMs: number,
  failed: (error: unknown) => void,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const done = work().then(
    () => true,
    (error: unknown) => {
      failed(error);
      return false;
    },
  );
  const result = await Promise.race([done, limit]);
  clearTimeout(timer);
  return result;
}
