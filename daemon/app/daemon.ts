import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { ConfigStore } from '../config/store.js';
import { Alerts } from '../health/alerts.js';
import { HealthReport } from '../health/health.js';
import { ClockWatch } from '../publish/clock.js';
import { deviceId, newSessionId } from '../publish/device-id.js';
import { EmbeddedBroker } from '../publish/embedded-broker.js';
import type { Publisher } from '../publish/publisher.js';
import type { EventPayload, ResultPayload } from '../publish/topics.js';
import { FrameWatch } from '../remote/frame-watch.js';
import { CameraKeeper } from './camera-keeper.js';
import { Changes } from './changes.js';
import { Cleanup } from './cleanup.js';
import { createPublisher } from './connect.js';
import { EngineKeeper } from './engine-keeper.js';
import type { Network } from './network.js';
import { Remote } from './remote.js';
import { version } from './version.js';
import { Vision } from './vision.js';

export interface DaemonOptions {
  readonly store: ConfigStore;
  readonly log: Logger;
  /** Besides the broker: for a view in the terminal. */
  readonly onResult?: (result: ResultPayload) => void;
  readonly onEvent?: (event: EventPayload) => void;
  /** What is wrong cannot be mended from within: end the daemon, so that its supervisor starts it anew. */
  readonly giveUp?: (reason: string) => void;
  /** A message, or a change of the configuration, asks for a restart. */
  readonly onRestart?: (reason: string) => void;
}

/**
 * The whole daemon, put together in one place: broker, publisher, vision (model, engine, pipeline), camera, health.
 * `start` goes through them in that order; `stop` undoes what was started, in reverse.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #cleanup = new Cleanup();
  readonly device: string;
  readonly session = newSessionId();
  readonly #clock = new ClockWatch();
  readonly #frames = new FrameWatch();
  readonly #startedAt = new Date().toISOString();
  #brokerUrl = '';
  #stopping: Promise<boolean> | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.device = options.store.config.device.id ?? deviceId();
  }

  /** Where to subscribe; known once started. */
  get brokerUrl(): string {
    return this.#brokerUrl;
  }

  /**
   * Resolves when everything runs. A model or camera that cannot be used is no reason to end: it is reported as an
   * alert, and the daemon stays reachable so that it can be repaired. Throws for a local set-up that cannot work.
   */
  async start(): Promise<void> {
    const { store, log } = this.#options;
    for (const problem of store.problems) log.error({ problem }, 'stored changes of the configuration are passed over');

    this.#brokerUrl = store.config.mqtt.url ?? (await this.#startBroker());
    const publisher = this.#startPublisher();
    const alerts = new Alerts((id, alert) => {
      if (alert !== null) log.warn({ alert: id }, alert.message);
      publisher.retain(`alert/${id}`, alert);
    });

    const engines = this.#engines(publisher, alerts, () => vision);
    const vision = this.#startVision(publisher, alerts, engines);
    await this.#loadModel(publisher, vision, alerts);
    if (this.#stopping !== undefined) return;
    const camera = await this.#startCamera(vision, alerts);
    this.#startHealth(publisher, vision, camera);
    const changes = this.#followChanges(publisher, vision, camera, alerts);
    if (store.config.remote.enabled) this.#startRemote(publisher, vision, changes);
  }

  /** Ends everything within `limits.shutdownMs`; resolves to whether all of it ended cleanly. Can be called any time. */
  stop(): Promise<boolean> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<boolean> {
    const { store, log } = this.#options;
    const late = await this.#cleanup.run(store.config.limits.shutdownMs, log);
    if (late.length > 0) log.warn({ late }, 'not everything ended in time');
    return late.length === 0;
  }

  async #startBroker(): Promise<string> {
    const { store, log } = this.#options;
    const wanted = store.config.broker;
    const broker = await EmbeddedBroker.start(wanted);
    this.#cleanup.defer('the embedded broker', () => broker.stop());
    if (broker.port !== wanted.port) {
      log.warn(`port ${wanted.port} is taken: the embedded broker listens on ${broker.port}`);
    }
    return broker.url;
  }

  #startPublisher(): Publisher {
    const { store, log } = this.#options;
    const publisher = createPublisher({
      config: () => store.config,
      url: this.#brokerUrl,
      device: this.device,
      session: this.session,
      log,
    });
    publisher.start();
    this.#cleanup.defer('the connection to the broker', () => publisher.stop(store.config.limits.shutdownMs / 2));
    return publisher;
  }

  #engines(publisher: Publisher, alerts: Alerts, vision: () => Vision): EngineKeeper {
    const { store, log, giveUp } = this.#options;
    return new EngineKeeper({
      config: () => store.config,
      log,
      alerts,
      backendChanged: () => {
        const { network } = vision();
        if (network !== undefined) publisher.publishInfo(this.#info(network));
      },
      giveUp: (reason) => giveUp?.(reason),
    });
  }

  #startVision(publisher: Publisher, alerts: Alerts, engines: EngineKeeper): Vision {
    const { store, log, onResult, onEvent } = this.#options;
    const vision = new Vision({
      config: () => store.config,
      device: this.device,
      session: this.session,
      clockSynchronized: () => this.#clock.synchronized(),
      log,
      alerts,
      openEngine: (model, choice) => engines.open(model, choice),
      result: (result) => {
        publisher.setState('online');
        publisher.publishResult(result);
        onResult?.(result);
      },
      event: (event) => {
        publisher.publishEvent(event);
        onEvent?.(event);
      },
      seen: (frame, result) => this.#frames.saw({ frame, result }),
    });
    vision.start();
    this.#cleanup.defer('the pipeline', () => vision.stop(store.config.limits.shutdownMs / 2));
    return vision;
  }

  async #loadModel(publisher: Publisher, vision: Vision, alerts: Alerts): Promise<void> {
    try {
      publisher.publishInfo(this.#info(await vision.load()));
      alerts.clear('model');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const instead = vision.network === undefined ? 'nothing is classified' : 'the previous one stays in service';
      alerts.raise('model', 'error', `the model cannot be used, ${instead}: ${reason}`);
    }
  }

  async #startCamera(vision: Vision, alerts: Alerts): Promise<CameraKeeper> {
    const { store, log } = this.#options;
    const camera = new CameraKeeper({ frame: (frame) => vision.offer(frame), log, alerts });
    this.#cleanup.defer('the camera', () => camera.close());
    await camera.open(store.config.camera);
    return camera;
  }

  #startHealth(publisher: Publisher, vision: Vision, camera: CameraKeeper): void {
    const { store } = this.#options;
    const report = new HealthReport({
      device: this.device,
      session: this.session,
      clockSynchronized: () => this.#clock.synchronized(),
      pipeline: () => vision.stats(),
      publisher: () => publisher.stats(),
      camera: () => camera.stats(),
    });
    let timer: NodeJS.Timeout;
    const next = () => {
      timer = setTimeout(() => {
        publisher.publishHealth(report.make());
        next();
      }, store.config.publish.healthSeconds * 1000);
    };
    next();
    this.#cleanup.defer('health', () => clearTimeout(timer));
  }

  /** What each change of the configuration means for the running parts. */
  #followChanges(publisher: Publisher, vision: Vision, camera: CameraKeeper, alerts: Alerts): Changes {
    const { store, log } = this.#options;
    const changes = new Changes({
      log: (config) => {
        log.level = config.log.level;
      },
      model: async () => {
        publisher.publishInfo(this.#info(await vision.load()));
        alerts.clear('model');
      },
      view: () => vision.updateView(),
      camera: async (config) => {
        vision.resetStable();
        await camera.reopen(config.camera);
        if (vision.network !== undefined) publisher.publishInfo(this.#info(vision.network));
      },
    });
    const failed = (reason: string) =>
      alerts.raise('config', 'error', `a change of the configuration could not be put into effect: ${reason}`);
    this.#cleanup.defer(
      'following changes',
      changes.follow(store, failed, () => alerts.clear('config')),
    );
    return changes;
  }

  #startRemote(publisher: Publisher, vision: Vision, changes: Changes): void {
    const { store, log, onRestart } = this.#options;
    const remote = new Remote({
      store,
      publisher,
      changes,
      frames: this.#frames,
      device: this.device,
      model: () => vision.network?.identity.sha256,
      restart: (reason) => {
        log.warn({ reason }, 'restarting');
        onRestart?.(reason);
      },
      log,
    });
    this.#cleanup.defer('remote changes', () => remote.close());
  }

  #info(network: Network) {
    const { camera } = this.#options.store.config;
    const { width, height, channels } = network.model.header.input;
    return {
      device: this.device,
      session: this.session,
      version,
      startedAt: this.#startedAt,
      model: { ...network.identity, input: { width, height, channels }, labels: network.model.header.labels.length },
      backend: network.backend,
      camera: { name: camera.name, source: camera.source },
      host: { name: hostname(), platform: `${process.platform}-${process.arch}`, node: process.version },
    };
  }
}
