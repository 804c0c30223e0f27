import type { Logger } from 'pino';
import { CameraManager } from '../camera/camera-manager.js';
import { usableKinds } from '../camera/kinds/table.js';
import { CaptureScheduler } from '../camera/schedule/capture-scheduler.js';
import type { ConfigStore } from '../config/store.js';
import { ConfigApplier } from '../control/config-applier.js';
import { FrameWatch } from '../control/frame-watch.js';
import { RemoteControl } from '../control/remote-control.js';
import { EngineManager } from '../inference/engine/engine-manager.js';
import { FrameClassifier, type ResultSink } from '../inference/frame-classifier.js';
import { Alerts, alertIds } from '../monitoring/alerts.js';
import { ClockWatch } from '../monitoring/clock.js';
import { readMachine } from '../monitoring/health/read-machine.js';
import { readTemperatures } from '../monitoring/health/temperatures.js';
import { DeviceInfo } from '../monitoring/info.js';
import type { LogOutput } from '../monitoring/log/log-output.js';
import { Monitoring } from '../monitoring/monitoring.js';
import { ReadyFile } from '../monitoring/service/ready-file.js';
import { createPublisher } from '../mqtt/create-publisher.js';
import { deviceId, newSessionId } from '../mqtt/device-id.js';
import { HomeAssistant } from '../mqtt/discovery/announcer.js';
import { EmbeddedBroker } from '../mqtt/embedded-broker.js';
import { Cleanup } from './cleanup.js';

export interface DaemonOptions {
  readonly store: ConfigStore;
  readonly log: Logger;
  /** Where `log` writes to: the source of the `log` topic. */
  readonly output?: LogOutput;
  /** Besides the broker: a view in the terminal. */
  readonly view?: ResultSink;
  /** The daemon cannot recover by itself: end it, so that its supervisor starts it again. */
  readonly giveUp?: (reason: string) => void;
  /** A message, or a change of the configuration, asks for a restart. */
  readonly onRestart?: (reason: string) => void;
}

/**
 * The whole daemon, put together in one place. Frames go one way: camera, scheduler, classifier (model, engine), and the
 * sinks of its results, of which the publisher is the first. `stop` undoes what was started, newest first.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #cleanup = new Cleanup();
  readonly device: string;
  readonly session = newSessionId();
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
    const { store, log, output, view = {}, giveUp = () => {}, onRestart = () => {} } = this.#options;
    const { device, session } = this;
    const config = store.current;
    const clock = new ClockWatch();
    const clockSynchronized = clock.synchronized;
    for (const problem of store.problems) log.error({ problem }, 'stored changes of the configuration are ignored');
    for (const warning of store.warnings) log.warn(warning);

    // To the broker
    this.#brokerUrl = store.config.mqtt.url ?? (await this.#startBroker());
    const publisher = createPublisher({ config, url: this.#brokerUrl, device, session, log });
    publisher.start();
    this.#cleanup.defer('the connection to the broker', () => publisher.stop(store.config.limits.shutdownMs / 2));
    const alerts = new Alerts((id, alert) => {
      if (alert !== null) log.warn({ alert: id }, alert.message);
      publisher.retain(`alert/${id}`, alert);
    });
    // Alerts that an earlier run has left at the broker are over until they are raised again.
    for (const id of alertIds) publisher.retain(`alert/${id}`, null);

    // From a frame to a result
    const camera = new CameraManager({ config, log, alerts });
    const scheduler = new CaptureScheduler({
      config,
      clockSynchronized,
      camera,
      changed: (state, before) => {
        // Power saving comes and goes with what is seen: nothing for a log that is kept.
        const level = [state, before].includes('outside hours') ? 'info' : 'debug';
        log[level]({ state }, 'capture schedule changed');
        publisher.retain('activity', { state, since: new Date().toISOString() });
      },
    });
    const engines = new EngineManager({ config, log, alerts });
    const frames = new FrameWatch();
    const ready = new ReadyFile(store.config.device.stateFolder, log);
    const sinks = [publisher, ready, view, frames, scheduler];
    const classifier = new FrameClassifier({ config, device, session, clockSynchronized, log, alerts, engines, sinks });
    const info = new DeviceInfo({ device, session, config, classifier, publisher });
    classifier.on('loaded', () => info.publish());
    engines.on('backendChanged', () => info.publish());
    engines.on('exhausted', giveUp);
    this.#cleanup.defer('the pipeline', () => classifier.stop(store.config.limits.shutdownMs / 2));
    await classifier.start();
    if (this.#stopping !== undefined) return;
    this.#cleanup.defer('the camera', () => camera.stop());
    this.#cleanup.defer('the scheduler', () => scheduler.stop());
    await scheduler.start(classifier);

    // The daemon as seen from outside
    const monitoring = new Monitoring({
      config,
      sources: {
        device,
        session,
        clockSynchronized,
        pipeline: () => classifier.stats(),
        skipped: () => scheduler.skipped(),
        publisher: () => publisher.stats(),
        camera: () => camera.stats(),
        engine: () => engines.stats(),
        model: () => classifier.runtime?.identity.name ?? null,
        machine: () => readMachine({ folder: store.config.device.stateFolder ?? '/' }),
        alerts: () => alerts.current.map(({ id }) => id),
      },
      alerts,
      log,
      output,
      publisher,
      giveUp,
    });
    this.#cleanup.defer('health', () => monitoring.stop(this.#end));
    await monitoring.start();

    // Changes while it runs
    const applier = new ConfigApplier({
      log: ({ log: { level } }) => {
        log.level = level;
      },
      schedule: () => scheduler.check(),
      model: () => classifier.load(),
      view: () => classifier.updateView(),
      labels: () => classifier.updateLabels(),
      camera: async () => {
        await scheduler.reopen();
        info.publish();
      },
    });
    const failed = (reason: string) =>
      alerts.raise('config', 'error', `a change of the configuration could not be put into effect: ${reason}`);
    const done = () => alerts.clear('config');
    this.#cleanup.defer('following changes', applier.follow(store, failed, done));
    if (store.config.remote.enabled) {
      const remote = new RemoteControl({
        store,
        publisher,
        classifier,
        camera,
        scheduler,
        applier,
        alerts,
        frames,
        device,
        lastLines: (count) => output?.last(count) ?? [],
        restart: (reason) => {
          log.warn({ reason }, 'restarting');
          onRestart(reason);
        },
        log,
      });
      this.#cleanup.defer('remote changes', () => remote.stop());
      await remote.start();
    }
    const assistant = new HomeAssistant({
      publisher,
      store,
      device,
      cameras: ({ camera: keys }) => usableKinds(keys),
      temperatures: () => Object.keys(readTemperatures()),
    });
    this.#cleanup.defer('discovery', () => assistant.stop());
    assistant.start();
    monitoring.ready();
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
    if (late.length > 0) log.warn({ late }, 'some parts did not stop in time');
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
}
