/** A number of places that are taken and given back; one taker waits at a time. */
export class Slots {
  readonly #count: number;
  #free: number;
  #waiting: (() => void) | undefined;

  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  get taken(): number {
    return this.#count - this.#free;
  }

  /** Resolves once a place is free and taken. */
  acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  release(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#free += 1;
    else waiting();
  }
}
