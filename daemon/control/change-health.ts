import { showInFrames } from '../config/define.js';
import { targetsOf } from '../config/lookup.js';
import type { ConfigChange } from '../config/store.js';
import type { Alert } from '../monitoring/alerts.js';
import { messageOf } from '../util/error.js';
import { withTimeLimit } from '../util/time-limit.js';
import type { FrameWatch, Seen } from './frame-watch.js';

export interface ChangeHealthOptions {
  readonly frames: FrameWatch;
  /** Resolves when the running parts have followed the last change; rejects if they could not. */
  readonly settled: () => Promise<void>;
  /** SHA-256 of the model in service. */
  readonly model: () => string | undefined;
  /** What is wrong now. */
  readonly alerts: () => readonly Pick<Alert, 'id' | 'message'>[];
}

/** Frames within this time before a change mean that the pipeline is running: it must then run afterwards too. */
const flowingMs = 5000;
/** Frames get at least this long, however long the change took to be in effect. */
const minWaitMs = 500;

/** Alerts about what frames go through. */
const frameAlerts: ReadonlySet<string> = new Set(['camera', 'model', 'engine', 'preprocess', 'inference', 'delivery']);

/** Whether the daemon is as healthy with a change as it was before. Made before the change is applied. */
export class ChangeHealth {
  readonly #options: ChangeHealthOptions;
  readonly #alertsBefore: ReadonlyMap<string, string>;
  /** Frames came just before the change. */
  readonly flowing: boolean;

  constructor(options: ChangeHealthOptions) {
    this.#options = options;
    this.#alertsBefore = new Map(options.alerts().map(({ id, message }) => [id, message]));
    this.flowing = options.frames.silentMs() < flowingMs;
  }

  /** Resolves to what is wrong with a change that has been applied, or to undefined once frames have confirmed it. */
  async problem(change: ConfigChange, signal: AbortSignal): Promise<string | undefined> {
    const { trialSeconds } = change.config.remote;
    const late = () => new Error(`it was not in effect within ${trialSeconds} s`);
    const endMs = performance.now() + trialSeconds * 1000;
    try {
      await withTimeLimit(this.#options.settled(), trialSeconds * 1000, { late });
    } catch (error) {
      return messageOf(error);
    }
    return (await this.#missingFrames(change, endMs, signal)) ?? this.#newAlert(change);
  }

  /** Frames cannot be asked of a camera that had none before, unless this change is about where they come from. */
  async #missingFrames(
    { changed, effect, config }: ConfigChange,
    endMs: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const needed = this.flowing || (effect === 'pipeline' && showInFrames(targetsOf(changed)));
    if (!needed) return undefined;
    const { frames, model, alerts } = this.#options;
    const { trialSeconds, trialFrames } = config.remote;
    const sinceMs = performance.now();
    const healthy = ({ frame, result }: Seen) => frame.capturedMs >= sinceMs && result.model.sha256 === model();
    if (await frames.waitFor(trialFrames, healthy, Math.max(minWaitMs, endMs - sinceMs), signal)) return undefined;
    const reasons = alerts().filter(({ id, message }) => frameAlerts.has(id) && this.#alertsBefore.get(id) !== message);
    const because = reasons.map(({ message }) => `; ${message}`).join('');
    return `fewer than ${trialFrames} healthy frames within ${trialSeconds} s${because}`;
  }

  /** Frames may come all the same: the processor takes over from an accelerator that the change has put out of action. */
  #newAlert({ changed }: ConfigChange): string | undefined {
    if (!showInFrames(targetsOf(changed))) return undefined;
    const alert = this.#options.alerts().find(({ id }) => frameAlerts.has(id) && !this.#alertsBefore.has(id));
    return alert === undefined ? undefined : `it raised an alert, ${alert.id}: ${alert.message}`;
  }
}
