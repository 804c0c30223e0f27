import type { Logger } from 'pino';
import { loadAddon } from '../native/load.js';
import { messageOf } from '../util/error.js';
import { HourCount } from '../util/hour-count.js';
import { createCamera } from './create-camera.js';
import type { Frame } from './frame.js';
import type { CameraStatus, FrameSource } from './frame-source.js';
import type { CameraSettings } from './kinds/table.js';
import type { ScheduledCamera } from './schedule/capture-scheduler.js';

/** The alert of the camera (monitoring/alerts.ts). */
interface CameraAlerts {
  raise(id: 'camera', severity: 'error', message: string): void;
  clear(id: 'camera'): void;
}

export interface CameraManagerOptions {
  readonly config: () => { readonly camera: CameraSettings };
  readonly log: Logger;
  readonly alerts: CameraAlerts;
}

/** Opens the configured camera, and another one when the configuration changes. Turns its reports into log lines and an alert. */
export class CameraManager implements ScheduledCamera {
  readonly #options: CameraManagerOptions;
  #source: FrameSource | undefined;
  readonly #openings = new HourCount();
  #openedBefore = false;
  #lastError: string | undefined;
  #lastWarning: string | undefined;

  constructor(options: CameraManagerOptions) {
    this.#options = options;
  }

  /** Starts to open the camera and returns at once. Throws, and raises the alert, where a key that it needs is not set. */
  async open(frame: (frame: Frame) => void): Promise<void> {
    const { config, alerts } = this.#options;
    try {
      this.#source = createCamera(config().camera, loadAddon);
    } catch (error) {
      alerts.raise('camera', 'error', `the camera cannot be used: ${messageOf(error)}`);
      throw error;
    }
    this.#source.start({ frame, state: (status) => this.#report(status) });
  }

  /** For `health`. */
  stats() {
    const status = this.#source?.status();
    if (status !== undefined) this.#reportWarning(status);
    const { state = 'stopped', reconnects = 0, failures = 0, lost = 0 } = status ?? {};
    return { state, reconnects, reconnectsLastHour: this.#openings.count(performance.now()), lost, failed: failures };
  }

  /** Closes a camera that is not wanted any more, or not as it was: nothing is wrong with it then. */
  async close(): Promise<void> {
    await this.stop();
    this.#options.alerts.clear('camera');
  }

  /** Closes the camera at the end of the daemon; an alert stays as it is. */
  async stop(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    this.#openedBefore = false; // the next opening is not a reconnect
    await source?.stop();
  }

  #report(status: CameraStatus): void {
    const { log, alerts } = this.#options;
    if (status.state === 'streaming') {
      log.info({ camera: status.description }, 'the camera delivers frames');
      this.#lastError = undefined;
      if (this.#openedBefore) this.#openings.add(performance.now());
      this.#openedBefore = true;
      alerts.clear('camera');
    }
    // A camera that stays away is one line and one alert, not one every attempt.
    if (status.error !== undefined && status.error.message !== this.#lastError) {
      this.#lastError = status.error.message;
      alerts.raise('camera', 'error', status.error.message);
    }
    this.#reportWarning(status);
    if (status.ended) log.info('the camera has no more frames');
  }

  #reportWarning({ lastWarning, warnings }: CameraStatus): void {
    if (lastWarning === undefined || lastWarning === this.#lastWarning) return;
    this.#lastWarning = lastWarning;
    this.#options.log.warn({ count: warnings }, lastWarning);
  }
}
