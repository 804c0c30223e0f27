import type { Score } from './probabilities.js';

export interface StabilityRules {
  /** Minimum probability of a class that becomes stable. */
  readonly threshold: number;
  /** Minimum lead over the second class. */
  readonly margin: number;
  /** Minimum probability at which the stable class stays, without the lead; null: as for becoming it. */
  readonly hold?: number | null;
  /** Frames in a row that must agree. */
  readonly frames: number;
}

/** A change of the stable class; null is "none". */
export interface StableChange {
  readonly before: Score | null;
  readonly after: Score | null;
}

/**
 * Hysteresis over the frames' answers: a class (or no class) becomes the stable one only after it has led, clearly
 * enough, for a number of frames in a row. A single odd frame changes nothing.
 */
export class StableClass {
  #stable: Score | null = null;
  #candidate: number | null = null;
  #agreed = 0;

  get current(): Score | null {
    return this.#stable;
  }

  /** `top` holds at least the two best classes, best first. Returns the change, if this frame made one. */
  update(top: readonly Score[], rules: StabilityRules): StableChange | undefined {
    const [best, second] = top;
    const lead = (best?.probability ?? 0) - (second?.probability ?? 0);
    const entered = best !== undefined && best.probability >= rules.threshold && lead >= rules.margin;
    const { hold = null } = rules;
    const held = hold !== null && best !== undefined && best.index === this.#stable?.index && best.probability >= hold;
    const clear = best !== undefined && (entered || held);
    const seen = clear ? best.index : null;
    if (seen === (this.#stable?.index ?? null)) {
      if (clear) this.#stable = best;
      this.#candidate = seen;
      this.#agreed = 0;
      return undefined;
    }
    this.#agreed = seen === this.#candidate ? this.#agreed + 1 : 1;
    this.#candidate = seen;
    if (this.#agreed < rules.frames) return undefined;
    const change = { before: this.#stable, after: clear ? best : null };
    this.#stable = change.after;
    this.#agreed = 0;
    return change;
  }

  /** Forgets everything: another model or camera starts afresh. */
  reset(): void {
    this.#stable = null;
    this.#candidate = null;
    this.#agreed = 0;
  }
}
