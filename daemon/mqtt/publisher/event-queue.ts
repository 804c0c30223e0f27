/** Delivers one item; rejects when it did not get through. */
export type Deliver<T> = (item: T) => Promise<void>;

/**
 * A bounded queue that delivers in order, one at a time, at least once: an item leaves it when its delivery is
 * acknowledged. When full, the oldest goes (counted), since news are worth more than history.
 */
export class EventQueue<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #running = false;
  #published = 0;
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  stats(): { published: number; queued: number; dropped: number } {
    return { published: this.#published, queued: this.#items.length, dropped: this.#dropped };
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length > this.#capacity) {
      this.#items.shift();
      this.#dropped += 1;
    }
  }

  /** Delivers until the queue is empty or a delivery fails; resolves to whether it is empty. */
  async drain(deliver: Deliver<T>): Promise<boolean> {
    if (this.#running) return false;
    this.#running = true;
    try {
      for (let head = this.#items[0]; head !== undefined; head = this.#items[0]) {
        await deliver(head);
        this.#published += 1;
        // It may have been pushed out by newer ones meanwhile; it was delivered then, not dropped.
        if (this.#items[0] === head) this.#items.shift();
        else this.#dropped -= 1;
      }
      return true;
    } catch {
      return false;
    } finally {
      this.#running = false;
    }
  }
}
