import { existsSync } from 'node:fs';

/** Files that are there once the clock has been set. */
export const clockSigns = ['/run/systemd/timesync/synchronized', '/run/zynqnetd/clock-synchronized'] as const;

/** How long an answer holds: each frame asks, the file system is asked once a second. */
const holdsMs = 1000;

/**
 * Whether this machine's clock has been set from somewhere trustworthy since boot. systemd-timesyncd leaves the first
 * file; on boards without it, the start script of deploy/ leaves the second one once ntpd or chrony reports success.
 */
export class ClockWatch {
  readonly #files: readonly string[];
  #askedMs = Number.NEGATIVE_INFINITY;
  #answer = false;

  constructor(files: readonly string[] = clockSigns) {
    this.#files = files;
  }

  /** Bound, so that it can be handed on. */
  readonly synchronized = (nowMs = performance.now()): boolean => {
    if (nowMs - this.#askedMs >= holdsMs) {
      this.#askedMs = nowMs;
      this.#answer = this.#files.some((file) => existsSync(file));
    }
    return this.#answer;
  };
}
