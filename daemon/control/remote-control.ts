import type { Logger } from 'pino';
import type { CameraManager } from '../camera/camera-manager.js';
import type { CaptureScheduler } from '../camera/schedule/capture-scheduler.js';
import { modelFolder } from '../config/model-folder.js';
import type { ConfigStore } from '../config/store.js';
import type { FrameClassifier } from '../inference/frame-classifier.js';
import type { Alerts } from '../monitoring/alerts.js';
import type { Publisher } from '../mqtt/publisher/publisher.js';
import type { RetainedTopic } from '../mqtt/topics/topics.js';
import { ModelFolder } from '../updates/folder.js';
import { boardCommands, publishPictures } from './commands/board.js';
import { ModelCommands } from './commands/models.js';
import { CommitConfirm } from './commit-confirm.js';
import type { ConfigApplier } from './config-applier.js';
import { ConfigTopics, configAnswerTopic } from './config-topics.js';
import type { FrameWatch } from './frame-watch.js';
import { Inbox, type Route, route } from './inbox.js';
import { RequestError } from './reply.js';

export interface RemoteOptions {
  readonly store: ConfigStore;
  readonly publisher: Publisher;
  readonly classifier: FrameClassifier;
  readonly camera: CameraManager;
  readonly scheduler: CaptureScheduler;
  readonly changes: ConfigApplier;
  readonly frames: FrameWatch;
  readonly device: string;
  readonly alerts: Alerts;
  readonly lastLines: (count: number) => readonly string[];
  readonly restart: (reason: string) => void;
  readonly log: Logger;
}

/** Before a restart, answers get this long to reach the broker. */
const answerLimitMs = 1000;

/** A supervisor gives up on what restarts too often (StartLimitBurst in deploy/service/zynqnetd.service): messages must not lead there. */
const restartPauseMs = 90_000;

const commandAnswerTopic = 'command/response';

/** Everything that the owner of a board can ask of it by message, put together. */
export class Remote {
  readonly #options: RemoteOptions;
  readonly #abort = new AbortController();
  readonly #startedMs = performance.now();
  readonly #inbox: Inbox;
  readonly #commitConfirm: CommitConfirm;
  readonly #config: ConfigTopics;
  readonly #models: ModelCommands | undefined;

  constructor(options: RemoteOptions) {
    this.#options = options;
    const { store, publisher, changes, frames, device, log } = options;
    const { mqtt, device: identity, remote } = store.config;
    this.#inbox = new Inbox({
      wire: publisher,
      device,
      baseTopic: mqtt.baseTopic,
      groups: identity.groups,
      maxPayloadBytes: remote.maxPayloadBytes,
      messagesPerSecond: () => store.config.remote.messagesPerSecond,
      log,
    });
    const retain = (name: RetainedTopic, value: unknown) => publisher.retain(name, value);
    this.#commitConfirm = new CommitConfirm({
      store,
      frames,
      settled: () => changes.settled(),
      model: () => options.classifier.runtime?.identity.sha256,
      alerts: () => options.alerts.current,
      holdOpen: (held) => options.scheduler.holdOpen(held),
      decided: () => this.#decided(),
      restart: (reason) => this.#restart(reason),
      checkRestart: () => this.#checkRestart(),
      log,
    });
    this.#config = new ConfigTopics({ inbox: this.#inbox, store, commitConfirm: this.#commitConfirm, retain });
    this.#models = this.#modelCommands(retain);
  }

  async start(): Promise<void> {
    this.#inbox.onAll('command', commandAnswerTopic, new Map([...this.#boardCommands(), ...this.#modelRoutes()]));
    await this.#models?.start();
    this.#config.start(); // last: who sees the configuration may ask for anything
    void this.#answerForStart();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#inbox.close();
    this.#commitConfirm.close();
    await this.#models?.stop();
  }

  #decided(): void {
    this.#config.publish();
    this.#models?.publish();
  }

  #restart(reason: string): void {
    void this.#inbox.idle(answerLimitMs).then(() => this.#options.restart(reason));
  }

  #checkRestart(): void {
    const upMs = performance.now() - this.#startedMs;
    if (process.env.ZYNQNETD_SUPERVISED === '1' && upMs < restartPauseMs) {
      throw new RequestError(429, `the daemon has just started; it restarts again after ${restartPauseMs / 1000} s`);
    }
  }

  #boardCommands(): [string, Route][] {
    const { store, publisher, classifier, camera, scheduler, frames, lastLines } = this.#options;
    const options = {
      config: () => store.config,
      frames,
      parts: {
        runtime: () => classifier.runtime,
        silentMs: () => frames.silentMs(),
        active: () => scheduler.active,
        camera: () => camera.stats().state,
        stateFolder: store.config.device.stateFolder,
      },
      publishImage: (jpeg: Buffer) => publisher.publishImage(jpeg),
      lastLines,
      restart: (reason: string) => this.#restart(reason),
      checkRestart: () => this.#checkRestart(),
      signal: this.#abort.signal,
    };
    publishPictures(options);
    return boardCommands(options);
  }

  #modelCommands(retain: (name: RetainedTopic, value: unknown) => void): ModelCommands | undefined {
    const { store, classifier } = this.#options;
    const path = modelFolder(store.config);
    if (path === undefined) return undefined;
    return new ModelCommands({
      inbox: this.#inbox,
      store,
      folder: new ModelFolder(path),
      change: (file, requester) =>
        file === store.local.model.file
          ? this.#config.reset(['model.file'], requester)
          : this.#config.change({ model: { file } }, requester),
      active: () => classifier.runtime?.identity,
      retain,
      answerTopic: commandAnswerTopic,
    });
  }

  #modelRoutes(): [string, Route][] {
    if (this.#models !== undefined) return this.#models.routes();
    const nowhere = route({}, () => {
      throw new RequestError(409, 'there is no model folder here: set device.stateFolder or model.folder');
    });
    return ['install', 'activate', 'list', 'remove', 'cancel'].map((name) => [`model/${name}`, nowhere]);
  }

  /** A change that needed the restart which led here is confirmed or rolled back, and its requester answered. */
  async #answerForStart(): Promise<void> {
    const { publisher } = this.#options;
    const owed = await this.#commitConfirm.confirmStart(() => publisher.stats().mqtt.state === 'online');
    if (owed === undefined) return;
    await publisher.connected();
    await this.#inbox.answer(configAnswerTopic, owed.requester, owed.reply);
  }
}
