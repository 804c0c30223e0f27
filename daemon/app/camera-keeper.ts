import type { Logger } from 'pino';
import type { Frame } from '../camera/frame.js';
import type { CameraConfig } from '../config/schema.js';
import type { Alerts } from '../health/alerts.js';

export interface CameraKeeperOptions {
  readonly frame: (frame: Frame) => void;
  readonly log: Logger;
  readonly alerts: Alerts;
}

/** Opens the configured camera, and another one when the configuration changes. */
export class CameraKeeper {
  readonly #options: CameraKeeperOptions;
  #opened = 0;

  constructor(options: CameraKeeperOptions) {
    this.#options = options;
  }

  open(_config: CameraConfig): void {
    this.#opened += 1;
    void this.#options;
  }

  async reopen(config: CameraConfig): Promise<void> {
    await this.close();
    this.open(config);
  }

  stats() {
    return { state: 'closed', opened: this.#opened, failed: 0 };
  }

  async close(): Promise<void> {}
}
