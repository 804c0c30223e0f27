import { hostname } from 'node:os';
import type { CameraConfig } from '../config/schema.js';
import type { InfoPayload, ModelIdentity } from '../mqtt/topics/payloads.js';
import { version } from '../util/version.js';

/** The model in service and what runs it (ModelRuntime). */
interface RuntimeFacts {
  readonly backend: string;
  readonly identity: ModelIdentity;
  readonly model: {
    readonly header: {
      readonly input: { readonly width: number; readonly height: number; readonly channels: number };
      readonly labels: readonly string[];
    };
  };
}

export interface DeviceInfoOptions {
  readonly device: string;
  readonly session: string;
  readonly config: () => { readonly camera: CameraConfig };
  /** The FrameClassifier. */
  readonly classifier: { readonly runtime: RuntimeFacts | undefined };
  /** The Publisher. */
  readonly publisher: { publishInfo(info: InfoPayload): void };
}

/** The `info` message: who this device is and what it runs. */
export class DeviceInfo {
  readonly #options: DeviceInfoOptions;
  readonly #startedAt = new Date().toISOString();

  constructor(options: DeviceInfoOptions) {
    this.#options = options;
  }

  /** To be called when something of it has changed. Without a model there is nothing to say yet. */
  publish(): void {
    const { device, session, config, classifier, publisher } = this.#options;
    const { runtime } = classifier;
    if (runtime === undefined) return;
    const { camera } = config();
    const { input, labels } = runtime.model.header;
    const { width, height, channels } = input;
    publisher.publishInfo({
      device,
      session,
      version,
      startedAt: this.#startedAt,
      model: { ...runtime.identity, input: { width, height, channels }, labels: labels.length },
      backend: runtime.backend,
      camera: { name: camera.name, source: camera.source },
      host: { name: hostname(), platform: `${process.platform}-${process.arch}`, node: process.version },
    });
  }
}
