import type { Logger } from 'pino';
import { CameraManager } from '../camera/camera-manager.js';
import { CaptureScheduler } from '../camera/schedule/capture-scheduler.js';
import type { ConfigStore } from '../config/store.js';
import { ConfigApplier } from '../control/config-applier.js';
import { FrameWatch } from '../control/frame-watch.js';
import { Remote } from '../control/remote-control.js';
import { EngineManager } from '../inference/engine/engine-manager.js';
import { FrameClassifier } from '../inference/frame-classifier.js';
import type { Network } from '../inference/network.js';
import { Alerts, alertIds } from '../monitoring/alerts.js';
import { ClockWatch } from '../monitoring/clock.js';
import { readMachine } from '../monitoring/health/machine.js';
import type { LogOutput } from '../monitoring/log/output.js';
import { Monitoring } from '../monitoring/monitoring.js';
import { ReadyFile } from '../monitoring/service/ready-file.js';
import { createPublisher } from '../mqtt/create-publisher.js';
import { deviceId, newSessionId } from '../mqtt/device-id.js';
import { HomeAssistant } from '../mqtt/discovery/announcer.js';
import { EmbeddedBroker } from '../mqtt/embedded-broker.js';
import type { Publisher } from '../mqtt/publisher/publisher.js';
import type { EventPayload, InfoPayload, ResultPayload } from '../mqtt/topics/topics.js';
import { Cleanup } from './cleanup.js';
import { activityOf, infoOf, stableClass } from './describe.js';

export interface DaemonOptions {
  readonly store: ConfigStore;
  readonly log: Logger;
  /** Where `log` writes to: the source of the `log` topic. */
  readonly output?: LogOutput;
  /** Besides the broker: for a view in the terminal. */
  readonly onResult?: (result: ResultPayload) => void;
  readonly onEvent?: (event: EventPayload) => void;
  /** What is wrong cannot be mended from within: end the daemon, so that its supervisor starts it anew. */
  readonly giveUp?: (reason: string) => void;
  /** A message, or a change of the configuration, asks for a restart. */
  readonly onRestart?: (reason: string) => void;
}

/**
 * The whole daemon, put together in one place: broker, publisher, classifier (model, engine, pipeline), camera, health.
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
  #end: 'end' | 'restart' = 'end';

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
    for (const warning of store.warnings) log.warn(warning);

    this.#brokerUrl = store.config.mqtt.url ?? (await this.#startBroker());
    const publisher = this.#startPublisher();
    const alerts = new Alerts((id, alert) => {
      if (alert !== null) log.warn({ alert: id }, alert.message);
      publisher.retain(`alert/${id}`, alert);
    });
    // What an earlier life has left at the broker is over until it is seen again.
    for (const id of alertIds) publisher.retain(`alert/${id}`, null);

    const engines = this.#engines(publisher, alerts, () => classifier);
    const camera = new CameraManager({ config: () => store.config, log, alerts });
    const scheduler = this.#scheduler(publisher, camera);
    const classifier = this.#startClassifier(publisher, alerts, engines, scheduler);
    await this.#loadModel(publisher, classifier, alerts);
    if (this.#stopping !== undefined) return;
    await this.#startCamera(camera, scheduler, classifier);
    const operation = await this.#startMonitoring(publisher, classifier, camera, scheduler, engines, alerts);
    const changes = this.#followChanges(publisher, classifier, scheduler, alerts);
    if (store.config.remote.enabled) await this.#startRemote(publisher, classifier, camera, scheduler, changes, alerts);
    this.#startHomeAssistant(publisher);
    operation.ready();
  }

  /** Ends everything within `limits.shutdownMs`; resolves to whether all of it ended cleanly. Can be called any time. */
  stop(how: 'end' | 'restart' = 'end'): Promise<boolean> {
    if (this.#stopping === undefined) this.#end = how;
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

  #engines(publisher: Publisher, alerts: Alerts, classifier: () => FrameClassifier): EngineManager {
    const { store, log, giveUp } = this.#options;
    const engines = new EngineManager({ config: () => store.config, log, alerts });
    engines.on('backendChanged', () => {
      const { network } = classifier();
      if (network !== undefined) publisher.publishInfo(this.#info(network));
    });
    engines.on('exhausted', (reason) => giveUp?.(reason));
    return engines;
  }

  #startClassifier(
    publisher: Publisher,
    alerts: Alerts,
    engines: EngineManager,
    scheduler: CaptureScheduler,
  ): FrameClassifier {
    const { store, log, onResult, onEvent } = this.#options;
    const ready = new ReadyFile(store.config.device.stateFolder, log);
    const classifier = new FrameClassifier({
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
        ready.mark();
        onResult?.(result);
      },
      event: (event) => {
        publisher.publishEvent(event);
        publisher.retain('class', stableClass(event));
        onEvent?.(event);
      },
      seen: (frame, result) => {
        this.#frames.saw({ frame, result });
        scheduler.classified(result.top[0]?.index);
      },
    });
    classifier.start();
    this.#cleanup.defer('the pipeline', () => classifier.stop(store.config.limits.shutdownMs / 2));
    return classifier;
  }

  async #loadModel(publisher: Publisher, classifier: FrameClassifier, alerts: Alerts): Promise<void> {
    try {
      publisher.publishInfo(this.#info(await classifier.load()));
      alerts.clear('model');
      try {
        classifier.checkLabels();
      } catch (error) {
        alerts.raise('model', 'warning', (error as Error).message);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const instead = classifier.network === undefined ? 'nothing is classified' : 'the previous one stays in service';
      alerts.raise('model', 'error', `the model cannot be used, ${instead}: ${reason}`);
    }
  }

  /** Not started: the classifier reports to it, and its frames go to the classifier. */
  #scheduler(publisher: Publisher, camera: CameraManager): CaptureScheduler {
    const { store, log } = this.#options;
    return new CaptureScheduler({
      config: () => store.config,
      clockSynchronized: () => this.#clock.synchronized(),
      camera,
      changed: (state, before) => {
        // Power saving comes and goes with what is seen: nothing for a log that is kept.
        const level = [state, before].includes('outside hours') ? 'info' : 'debug';
        log[level]({ state }, 'capture schedule changed');
        publisher.retain('activity', { state, since: new Date().toISOString() });
      },
    });
  }

  async #startCamera(camera: CameraManager, scheduler: CaptureScheduler, classifier: FrameClassifier): Promise<void> {
    this.#cleanup.defer('the camera', () => camera.stop());
    this.#cleanup.defer('the scheduler', () => scheduler.stop());
    await scheduler.start({
      frame: (frame) => classifier.offer(frame),
      closed: () => classifier.resetStable(),
    });
  }

  async #startMonitoring(
    publisher: Publisher,
    classifier: FrameClassifier,
    camera: CameraManager,
    scheduler: CaptureScheduler,
    engines: EngineManager,
    alerts: Alerts,
  ): Promise<Monitoring> {
    const { store, log, output, giveUp } = this.#options;
    const operation = new Monitoring({
      config: () => store.config,
      sources: {
        device: this.device,
        session: this.session,
        clockSynchronized: () => this.#clock.synchronized(),
        pipeline: () => classifier.stats(),
        skipped: () => scheduler.skipped(),
        publisher: () => publisher.stats(),
        camera: () => camera.stats(),
        engine: () => engines.stats(),
        machine: () => readMachine({ folder: store.config.device.stateFolder ?? '/' }),
        alerts: () => alerts.current.map(({ id }) => id),
      },
      alerts,
      log,
      output,
      durations: () => classifier.stats().durations,
      model: () => classifier.network?.identity.name ?? null,
      activity: () => activityOf(classifier.stats(), engines.stats()),
      publishHealth: (health) => publisher.publishHealth(health),
      publishLog: (message) =>
        void publisher.send(publisher.topic('log'), JSON.stringify(message), { qos: 0, retain: false }),
      giveUp: (reason) => giveUp?.(reason),
    });
    this.#cleanup.defer('health', () => operation.stop(this.#end));
    await operation.start();
    return operation;
  }

  /** What each change of the configuration means for the running parts. */
  #followChanges(
    publisher: Publisher,
    classifier: FrameClassifier,
    scheduler: CaptureScheduler,
    alerts: Alerts,
  ): ConfigApplier {
    const { store, log } = this.#options;
    const changes = new ConfigApplier({
      log: (config) => {
        log.level = config.log.level;
      },
      schedule: () => scheduler.check(),
      model: async () => {
        publisher.publishInfo(this.#info(await classifier.load()));
        alerts.clear('model');
      },
      view: () => classifier.updateView(),
      labels: () => {
        classifier.checkLabels();
        classifier.resetStable();
        if (classifier.network !== undefined) alerts.clear('model');
      },
      camera: async () => {
        classifier.resetStable();
        await scheduler.reopen();
        if (classifier.network !== undefined) publisher.publishInfo(this.#info(classifier.network));
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

  async #startRemote(
    publisher: Publisher,
    classifier: FrameClassifier,
    camera: CameraManager,
    scheduler: CaptureScheduler,
    changes: ConfigApplier,
    alerts: Alerts,
  ): Promise<void> {
    const { store, log, output, onRestart } = this.#options;
    const remote = new Remote({
      store,
      publisher,
      classifier,
      camera,
      scheduler,
      changes,
      alerts,
      frames: this.#frames,
      device: this.device,
      lastLines: (count) => output?.last(count) ?? [],
      restart: (reason) => {
        log.warn({ reason }, 'restarting');
        onRestart?.(reason);
      },
      log,
    });
    this.#cleanup.defer('remote changes', () => remote.stop());
    await remote.start();
  }

  #startHomeAssistant(publisher: Publisher): void {
    const assistant = new HomeAssistant(publisher, this.#options.store, this.device);
    this.#cleanup.defer('discovery', () => assistant.stop());
    assistant.start();
  }

  #info(network: Network): InfoPayload {
    const { device, session } = this;
    return infoOf({ device, session, startedAt: this.#startedAt, config: this.#options.store.config, network });
  }
}
