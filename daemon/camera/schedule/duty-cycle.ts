export interface DutyRules {
  readonly saving: boolean;
  /** Time without a change before frames become fewer. */
  readonly afterSeconds: number;
  /** Frames that are still classified then. */
  readonly framesPerSecond: number;
}

/**
 * Fewer frames while nothing changes: after some time with the same best class, only some are classified each second; the
 * first that shows another class brings the full rate back. All times are monotonic, in milliseconds.
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

  /** Whether this frame is to be classified. */
  wants(rules: DutyRules, nowMs: number): boolean {
    if (!this.saving(rules, nowMs)) return true;
    if (nowMs < this.#nextMs) {
      this.#skipped += 1;
      return false;
    }
    this.#nextMs = nowMs + 1000 / rules.framesPerSecond;
    return true;
  }

  /** The best class of a frame that was classified. */
  saw(best: number | undefined, nowMs: number): void {
    if (best !== this.#best) this.wake(nowMs);
    this.#best = best;
  }

  /** Something else has changed: back to the full rate. */
  wake(nowMs: number): void {
    this.#changedMs = nowMs;
  }
}
