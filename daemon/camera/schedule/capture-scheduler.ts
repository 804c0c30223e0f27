import { type ActiveSpan, isActive } from '../../util/active-hours.js';
import type { Frame } from '../frame.js';
import { DutyCycle, type DutyRules } from './duty-cycle.js';

export type CaptureState = 'active' | 'saving' | 'outside hours';

/** The keys of the configuration that decide it; read each time that they are used. */
interface CaptureRules {
  readonly schedule: { readonly activeHours: readonly ActiveSpan[] | null; readonly timeZone: string | null };
  readonly power: DutyRules;
}

/** The camera as the scheduler needs it (CameraManager). One call is made after the other. */
export interface ScheduledCamera {
  /** Opens the camera as it is configured now; every frame goes to `frame`. */
  open(frame: (frame: Frame) => void): Promise<void>;
  close(): Promise<void>;
}

/** Where the frames go that are to be classified. */
export interface FrameSink {
  frame(frame: Frame): void;
  /** The camera has been closed: the next frame may show something entirely different. */
  closed(): void;
}

export interface CaptureSchedulerOptions {
  readonly config: () => CaptureRules;
  readonly clockSynchronized: () => boolean;
  readonly camera: ScheduledCamera;
  /** `before` is undefined at the start. */
  readonly changed: (state: CaptureState, before: CaptureState | undefined) => void;
  readonly now?: () => Date;
}

const checkMs = 5000;

/** Decides when the camera is open and which of its frames are classified: active hours, and power saving within them. */
export class CaptureScheduler {
  readonly #options: CaptureSchedulerOptions;
  readonly #duty = new DutyCycle(performance.now());
  #sink: FrameSink | undefined;
  #reported: CaptureState | undefined;
  #open = false;
  #holds = 0;
  #outsideHours = 0;
  #timer: NodeJS.Timeout | undefined;
  #switching: Promise<void> = Promise.resolve();

  constructor(options: CaptureSchedulerOptions) {
    this.#options = options;
  }

  /** Whether the camera is to be open now. */
  get active(): boolean {
    return this.#open;
  }

  /** For `health`: frames that were not classified, by cause. */
  skipped(): Record<string, number> {
    return { powerSaving: this.#duty.skipped, outsideHours: this.#outsideHours };
  }

  /** Opens the camera if it is to be open now; frames that are to be classified go to `sink`. */
  async start(sink: FrameSink): Promise<void> {
    this.#sink = sink;
    this.check();
    this.#timer = setInterval(() => this.check(), checkMs);
    await this.#switching;
  }

  /** The configuration of the camera has changed: reopened if it is open, left closed if not. */
  async reopen(): Promise<void> {
    const done = this.#switching.then(async () => {
      if (!this.#open) return;
      await this.#closeCamera();
      await this.#openCamera();
    });
    this.#switching = done.catch(() => {});
    await done;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A frame was classified: a change of its best class ends power saving. */
  result({ top }: { readonly top: readonly { readonly index: number }[] }): void {
    this.#duty.saw(top[0]?.index, performance.now());
    this.#report();
  }

  /** From `holdOpen(true)` to `holdOpen(false)` every frame is taken, whatever the hour; for trials of a configuration. */
  holdOpen(held: boolean): void {
    this.#holds += held ? 1 : -1;
    this.#duty.wake(performance.now());
    this.check();
  }

  /** To be called when the configuration has changed; by itself it looks at the clock every few seconds. */
  check(): void {
    const wanted = this.#holds > 0 || this.#withinHours();
    if (wanted !== this.#open) {
      this.#open = wanted;
      this.#switching = this.#switching.then(() => (wanted ? this.#openCamera() : this.#closeCamera()).catch(() => {}));
    }
    this.#report();
  }

  #openCamera(): Promise<void> {
    return this.#options.camera.open((frame) => {
      if (this.#wants()) this.#sink?.frame(frame);
    });
  }

  async #closeCamera(): Promise<void> {
    await this.#options.camera.close();
    this.#sink?.closed();
  }

  #wants(): boolean {
    if (!this.#open) {
      this.#outsideHours += 1;
      return false;
    }
    return this.#holds > 0 || this.#duty.wants(this.#options.config().power, performance.now());
  }

  #withinHours(): boolean {
    const { config, clockSynchronized, now = () => new Date() } = this.#options;
    const { activeHours, timeZone } = config().schedule;
    // A clock that nobody has set must not keep a camera closed.
    return activeHours === null || !clockSynchronized() || isActive(activeHours, timeZone, now());
  }

  #state(): CaptureState {
    if (!this.#open) return 'outside hours';
    const saving = this.#holds === 0 && this.#duty.saving(this.#options.config().power, performance.now());
    return saving ? 'saving' : 'active';
  }

  #report(): void {
    const before = this.#reported;
    const state = this.#state();
    if (state === before) return;
    this.#reported = state;
    this.#options.changed(state, before);
  }
}
