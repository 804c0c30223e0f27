import { ZynqnetError } from '../util/error.js';
import { withTimeLimit } from '../util/time-limit.js';

/**
 * One step of the pipeline under a time limit. Work that overruns cannot be stopped from here, only abandoned; until it
 * ends by itself the stage is stuck and refuses new work, so that nothing piles up behind it.
 */
export class Stage<Input, Output> {
  readonly #name: string;
  readonly #work: (input: Input) => Promise<Output>;
  readonly #limitMs: () => number;
  readonly #overdue = new Set<Promise<unknown>>();

  constructor(name: string, work: (input: Input) => Promise<Output>, limitMs: () => number) {
    this.#name = name;
    this.#work = work;
    this.#limitMs = limitMs;
  }

  /** Whether abandoned work is still running. */
  get stuck(): boolean {
    return this.#overdue.size > 0;
  }

  /** For whoever has reset what hung: forgets the overdue work. */
  release(): void {
    this.#overdue.clear();
  }

  /** Rejects with the work's own error, `STAGE_TIMEOUT` or `STAGE_STUCK`. */
  async run(input: Input): Promise<Output> {
    if (this.stuck) {
      throw new ZynqnetError('STAGE_STUCK', `${this.#name} still hangs on an earlier frame; this one is skipped`);
    }
    const limitMs = this.#limitMs();
    const work = this.#work(input);
    const late = () => {
      this.#watch(work);
      return new ZynqnetError('STAGE_TIMEOUT', `${this.#name} took longer than ${limitMs} ms; the frame is dropped`);
    };
    return withTimeLimit(work, limitMs, { late });
  }

  #watch(work: Promise<unknown>): void {
    const ended = () => this.#overdue.delete(work);
    this.#overdue.add(work);
    work.then(ended, ended);
  }
}
