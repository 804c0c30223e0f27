import { ZynqnetError } from '../errors/error.js';

/**
 * One step of the pipeline under a time limit. Work that overruns cannot be stopped from here, only given up; until it
 * ends by itself the stage is stuck and refuses new work, so that nothing piles up behind it.
 */
export class Stage<Input, Output> {
  readonly #name: string;
  readonly #work: (input: Input) => Promise<Output>;
  readonly #limitMs: () => number;
  #overdue: Promise<unknown> | undefined;

  constructor(name: string, work: (input: Input) => Promise<Output>, limitMs: () => number) {
    this.#name = name;
    this.#work = work;
    this.#limitMs = limitMs;
  }

  /** Whether work that was given up is still running. */
  get stuck(): boolean {
    return this.#overdue !== undefined;
  }

  /** For whoever has reset what hung: forgets the overdue work. */
  release(): void {
    this.#overdue = undefined;
  }

  /** Rejects with the work's own error, `STAGE_TIMEOUT` or `STAGE_STUCK`. */
  async run(input: Input): Promise<Output> {
    if (this.#overdue !== undefined) {
      throw new ZynqnetError('STAGE_STUCK', `${this.#name} still hangs on an earlier frame; this one is given up`);
    }
    const limitMs = this.#limitMs();
    const work = this.#work(input);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#watch(work);
        reject(
          new ZynqnetError('STAGE_TIMEOUT', `${this.#name} took longer than ${limitMs} ms; the frame is given up`),
        );
      }, limitMs);
    });
    try {
      return await Promise.race([work, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  #watch(work: Promise<unknown>): void {
    const clear = () => {
      if (this.#overdue === watched) this.#overdue = undefined;
    };
    const watched = work.then(clear, clear);
    this.#overdue = watched;
  }
}
