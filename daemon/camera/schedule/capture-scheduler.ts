import type { Config } from '../../config/schema.js';
import type { ResultPayload } from '../../mqtt/topics/topics.js';
import type { Frame } from '../frame.js';
import { isActive } from './active-hours.js';
import { DutyCycle } from './duty-cycle.js';

export type CaptureState = 'active' | 'saving' | 'outside hours';

export interface CaptureSchedulerOptions {
  readonly config: () => Config;
  readonly clockSynchronized: () => boolean;
  /** The camera; one is called after the other. */
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** `before` is undefined at the start. */
  readonly changed: (state: CaptureState, before: CaptureState | undefined) => void;
  readonly now?: () => Date;
}

const checkMs = 5000;

/** When frames are taken, and how many: the active hours, and power saving within them. CommitConfirm want frames at any hour. */
export class CaptureScheduler {
  readonly #options: CaptureSchedulerOptions;
  readonly #duty = new DutyCycle(performance.now());
  #told: CaptureState | undefined;
  #open = false;
  #trials = 0;
  #outsideHours = 0;
  #timer: NodeJS.Timeout | undefined;
  #switching: Promise<void> = Promise.resolve();

  constructor(options: CaptureSchedulerOptions) {
    this.#options = options;
  }

  /** Whether frames are wanted now. */
  get active(): boolean {
    return this.#open;
  }

  /** For `health`: frames that were not looked at, by cause. */
  skipped(): Record<string, number> {
    return { powerSaving: this.#duty.skipped, outsideHours: this.#outsideHours };
  }

  /** Opens the camera if this is its hour. */
  async start(): Promise<void> {
    this.check();
    this.#timer = setInterval(() => this.check(), checkMs);
    await this.#switching;
  }

  /** The camera is configured anew: opened so if it is open, left closed if not. */
  async reopen(): Promise<void> {
    const { open, close } = this.#options;
    const done = this.#switching.then(async () => {
      if (!this.#open) return;
      await close();
      await open();
    });
    this.#switching = done.catch(() => {});
    await done;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Of a frame from the camera: whether it is to be looked at. */
  wants(_frame: Frame): boolean {
    if (!this.#open) {
      this.#outsideHours += 1;
      return false;
    }
    return this.#trials > 0 || this.#duty.wants(this.#options.config().power, performance.now());
  }

  saw({ top }: ResultPayload): void {
    this.#duty.saw(top[0]?.index, performance.now());
    const state = this.#state();
    if (state !== this.#told) this.#tell(state);
  }

  /** From the start of a trial to its end frames are taken whatever the hour. */
  trying(active: boolean): void {
    this.#trials += active ? 1 : -1;
    this.#duty.wake(performance.now());
    this.check();
  }

  /** The clock has gone on, or the configuration has changed. */
  check(): void {
    const wanted = this.#trials > 0 || this.#withinHours();
    if (wanted !== this.#open) {
      this.#open = wanted;
      const { open, close } = this.#options;
      this.#switching = this.#switching.then(() => (wanted ? open() : close()).catch(() => {}));
    }
    const state = this.#state();
    if (state !== this.#told) this.#tell(state);
  }

  #withinHours(): boolean {
    const { config, clockSynchronized, now = () => new Date() } = this.#options;
    const { activeHours, timeZone } = config().schedule;
    // A clock that nobody has set must not keep a camera closed.
    return activeHours === null || !clockSynchronized() || isActive(activeHours, timeZone, now());
  }

  #state(): CaptureState {
    if (!this.#open) return 'outside hours';
    const saving = this.#trials === 0 && this.#duty.saving(this.#options.config().power, performance.now());
    return saving ? 'saving' : 'active';
  }

  #tell(state: CaptureState): void {
    const before = this.#told;
    this.#told = state;
    this.#options.changed(state, before);
  }
}
