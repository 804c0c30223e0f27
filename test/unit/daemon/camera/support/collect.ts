import type { Frame } from '../../../../../daemon/camera/frame.js';
import type { CameraState, CameraStatus, FrameEvents } from '../../../../../daemon/camera/frame-source.js';

/** Keeps what a camera says and lets a test wait for it; vitest's own time limit ends a wait that is in vain. */
export class Collector implements FrameEvents {
  readonly frames: Frame[] = [];
  readonly states: CameraState[] = [];
  status: CameraStatus | undefined;
  #waiting: { ready: () => boolean; resolve: () => void }[] = [];

  frame(frame: Frame): void {
    this.frames.push(frame);
    this.#check();
  }

  state(status: CameraStatus): void {
    this.states.push(status.state);
    this.status = status;
    this.#check();
  }

  minFrames(count: number): Promise<void> {
    return this.until(() => this.frames.length >= count);
  }

  until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ ready, resolve }));
  }

  #check(): void {
    for (const wait of this.#waiting.filter(({ ready }) => ready())) {
      this.#waiting.splice(this.#waiting.indexOf(wait), 1);
      wait.resolve();
    }
  }
}
