import type { EventPayload } from '../../daemon/mqtt/topics/payloads.js';

/** Which events have come, whether in order, and whether any is missing: at least once and in order is the promise. */
export class Ledger {
  #last = 0;
  #repeats = 0;
  readonly gaps: string[] = [];
  #label: string | null | undefined;
  readonly wrongChains: number[] = [];

  take({ sequence, before, after }: Pick<EventPayload, 'sequence' | 'before' | 'after'>): void {
    if (sequence <= this.#last) {
      this.#repeats += 1;
      return;
    }
    if (sequence !== this.#last + 1) this.gaps.push(`${this.#last + 1} to ${sequence - 1}`);
    // Each event starts where the one before ended.
    if (this.#label !== undefined && this.#label !== (before?.label ?? null)) this.wrongChains.push(sequence);
    this.#label = after?.label ?? null;
    this.#last = sequence;
  }

  get last(): number {
    return this.#last;
  }

  get repeats(): number {
    return this.#repeats;
  }
}
