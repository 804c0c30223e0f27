/**
 * Room for one item. A newer one takes the place of one that nobody took (counted as dropped), so a slow reader
 * always gets the latest and memory stays bounded.
 */
export class Mailbox<T> {
  #item: T | undefined;
  #reader: ((item: T | undefined) => void) | undefined;
  #closed = false;
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  /** Whether an item waits to be taken. */
  get full(): boolean {
    return this.#item !== undefined;
  }

  put(item: T): void {
    if (this.#closed) return;
    if (this.#reader !== undefined) {
      const reader = this.#reader;
      this.#reader = undefined;
      reader(item);
      return;
    }
    if (this.#item !== undefined) this.#dropped += 1;
    this.#item = item;
  }

  /** The latest item, or the next one; undefined once closed. One reader at a time. */
  take(): Promise<T | undefined> {
    const item = this.#item;
    this.#item = undefined;
    if (item !== undefined || this.#closed) return Promise.resolve(item);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  /** Ends the reader's wait; what is still in it is dropped. */
  close(): void {
    this.#closed = true;
    this.#item = undefined;
    this.#reader?.(undefined);
    this.#reader = undefined;
  }
}
