export interface DutyRules {
  readonly saving: boolean;
  /** Time without a change before frames become fewer. */
  readonly afterSeconds: number;
  /** What is still looked at then. */
  readonly framesPerSecond: number;
}

/**
 * Fewer frames while nothing changes: after some time with the same best class, only so many a second are looked at; the
 * first one that shows something else brings the full rate back. All times are monotonic, in milliseconds.
 */
export class DutyCycle {
  #nextMs = 0;
  #best: number | undefined;
  #changedMs: number;
  #skipped = 0;

  constructor(nowMs: number) {
    this.#changedMs = nowMs;
  }

  get skipped(): number {
    return this.#skipped;
  }

  saving(rules: DutyRules, nowMs: number): boolean {
    return rules.saving && nowMs - this.#changedMs >= rules.afterSeconds * 1000;
  }

  /** Whether this frame is to be looked at. */
  wants(rules: DutyRules, nowMs: number): boolean {
    if (!this.saving(rules, nowMs)) return true;
    if (nowMs < this.#nextMs) {
      this.#skipped += 1;
      return false;
    }
    this.#nextMs = nowMs + 1000 / rules.framesPerSecond;
    return true;
  }

  /** The best class of a frame that was looked at. */
  saw(best: number | undefined, nowMs: number): void {
    if (best !== this.#best) this.wake(nowMs);
    this.#best = best;
  }

  /** Something else has changed: look closely again. */
  wake(nowMs: number): void {
    this.#changedMs = nowMs;
  }
}
