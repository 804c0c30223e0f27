/** What the pipeline says of itself at one moment; counts since the start. */
export interface Activity {
  /** Frames that came from the camera. */
  readonly captured: number;
  /** Frames that came to an end, good or bad; and steps taken to recover the engine. */
  readonly outcomes: number;
  /** Frames in work or in waiting. */
  readonly inWork: number;
}

/** Frames refused while the engine recovers are no progress; the steps of its recovery are. */
export function activityOf(
  { captured, outcomes, waiting, inFlight }: { captured: number; outcomes: number; waiting: number; inFlight: number },
  { resets, reloads, fallbacks }: { resets: number; reloads: number; fallbacks: number },
): Activity {
  return { captured, outcomes: outcomes + resets + reloads + fallbacks, inWork: waiting + inFlight };
}

/**
 * Whether frames get through. A camera that is away is no lack of progress, a restart would not bring it back; frames that
 * come and never end are.
 */
export class ProgressWatch {
  #last: Activity = { captured: 0, outcomes: 0, inWork: 0 };
  #progressMs: number;

  /** `nowMs` is monotonic. */
  constructor(nowMs: number) {
    this.#progressMs = nowMs;
  }

  /** For how long frames have been stuck, in milliseconds; 0 while all is well or there is nothing to do. */
  stuckMs(now: Activity, nowMs: number): number {
    const idle = now.inWork === 0 && now.captured === this.#last.captured;
    if (idle || now.outcomes !== this.#last.outcomes) this.#progressMs = nowMs;
    this.#last = now;
    return nowMs - this.#progressMs;
  }
}
