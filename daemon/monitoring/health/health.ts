import type { HealthPayload } from '../../mqtt/topics/payloads.js';
import { ProcessUsage } from './process-usage.js';

type Frames = HealthPayload['frames'];

/** What `health` gathers, each from the part that knows it. */
export interface HealthSources {
  readonly device: string;
  readonly session: string;
  clockSynchronized(): boolean;
  pipeline(): Pick<Frames, 'captured' | 'classified'> & {
    /** Replaced by newer frames. */
    dropped: number;
    noModel: number;
    skipped: { preprocess: number; inference: number };
    failed: Omit<Frames['failed'], 'camera'>;
    waiting: number;
    inFlight: number;
    latencyMs: HealthPayload['latencyMs'];
  };
  /** Frames that were left out on purpose, by cause. */
  skipped?(): Record<string, number>;
  publisher(): Pick<HealthPayload, 'mqtt' | 'events' | 'results'> & { resultsWaiting: number };
  camera(): HealthPayload['camera'] & { failed: number; lost: number };
  engine(): HealthPayload['engine'];
  machine(): HealthPayload['machine'];
  alerts(): string[];
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
    const { device, session } = this.#sources;
    const { captured, classified, dropped, noModel, skipped, failed, waiting, inFlight, latencyMs } =
      this.#sources.pipeline();
    const { failed: cameraFailed, lost, ...camera } = this.#sources.camera();
    const { resultsWaiting, ...publisher } = this.#sources.publisher();
    return {
      device,
      session,
      at: new Date().toISOString(),
      clockSynchronized: this.#sources.clockSynchronized(),
      uptimeSeconds: Math.round(process.uptime()),
      framesPerSecond: this.#rate(classified),
      frames: {
        captured,
        classified,
        dropped: { replaced: dropped, lost, noModel },
        skipped: { engine: skipped.inference, preprocess: skipped.preprocess, ...this.#sources.skipped?.() },
        failed: { camera: cameraFailed, ...failed },
      },
      ...publisher,
      latencyMs,
      queues: { frames: waiting, inFlight, events: publisher.events.queued, results: resultsWaiting },
      camera,
      engine: this.#sources.engine(),
      process: this.#usage.sample(),
      machine: this.#sources.machine(),
      alerts: this.#sources.alerts(),
    };
  }

  #rate(classified: number): number {
    const atMs = performance.now();
    const seconds = Math.max(1e-3, (atMs - this.#before.atMs) / 1000);
    const rate = Math.max(0, classified - this.#before.classified) / seconds;
    this.#before = { atMs, classified };
    return Math.round(rate * 100) / 100;
  }
}
