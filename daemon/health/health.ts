import type { HealthPayload } from '../publish/topics.js';
import { ProcessUsage } from './process-usage.js';

/** What `health` gathers, each from the part that knows it. */
export interface HealthSources {
  readonly device: string;
  readonly session: string;
  clockSynchronized(): boolean;
  pipeline(): Pick<HealthPayload['frames'], 'captured' | 'classified' | 'dropped'> & {
    failed: { preprocess: number; inference: number };
    latencyMs: HealthPayload['latencyMs'];
  };
  publisher(): Pick<HealthPayload, 'mqtt' | 'events' | 'results'>;
  camera(): HealthPayload['camera'] & { failed: number };
}

/** Makes the `health` message; rates are since the message before. */
export class HealthReport {
  readonly #sources: HealthSources;
  readonly #usage = new ProcessUsage();
  #before = { atMs: performance.now(), classified: 0 };

  constructor(sources: HealthSources) {
    this.#sources = sources;
  }

  make(): HealthPayload {
    const { device, session, clockSynchronized } = this.#sources;
    const { captured, classified, dropped, failed, latencyMs } = this.#sources.pipeline();
    const { failed: cameraFailed, ...camera } = this.#sources.camera();
    const atMs = performance.now();
    const seconds = Math.max(1e-3, (atMs - this.#before.atMs) / 1000);
    const framesPerSecond = Math.round((Math.max(0, classified - this.#before.classified) / seconds) * 100) / 100;
    this.#before = { atMs, classified };
    return {
      device,
      session,
      at: new Date().toISOString(),
      clockSynchronized: clockSynchronized(),
      uptimeSeconds: Math.round(process.uptime()),
      framesPerSecond,
      frames: {
        captured,
        classified,
        dropped,
        failed: { camera: cameraFailed, preprocess: failed.preprocess, inference: failed.inference },
      },
      latencyMs,
      camera,
      ...this.#sources.publisher(),
      process: this.#usage.sample(),
    };
  }
}
