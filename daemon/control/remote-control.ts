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
import { Restart } from './restart.js';

export interface RemoteControlOptions {
  readonly store: ConfigStore;
  readonly publisher: Publisher;
  readonly classifier: FrameClassifier;
  readonly camera: CameraManager;
  readonly scheduler: CaptureScheduler;
  readonly applier: ConfigApplier;
  readonly frames: FrameWatch;
  readonly device: string;
  readonly alerts: Alerts;
  readonly lastLines: (count: number) => readonly string[];
  readonly restart: (reason: string) => void;
  readonly log: Logger;
}

const commandAnswerTopic = 'command/response';

/** Everything that the owner of a board can ask of it by message, put together: the inbox first, then what it serves. */
export class RemoteControl {
  readonly #options: RemoteControlOptions;
  readonly #abort = new AbortController();
  readonly #inbox: Inbox;
  readonly #restart: Restart;
  readonly #commitConfirm: CommitConfirm;
  readonly #config: ConfigTopics;
  readonly #models: ModelCommands | undefined;

  constructor(options: RemoteControlOptions) {
    this.#options = options;
    const { store, publisher, classifier, scheduler, applier, alerts, frames, device, log } = options;
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
    this.#restart = new Restart(this.#inbox, options.restart);
    this.#commitConfirm = new CommitConfirm({
      store,
      frames,
      settled: () => applier.settled(),
      model: () => classifier.runtime?.identity.sha256,
      alerts: () => alerts.current,
      holdOpen: (held) => scheduler.holdOpen(held),
      decided: () => {
        this.#config.publish();
        this.#models?.publish();
      },
      restart: this.#restart.request,
      checkRestart: this.#restart.check,
      log,
    });
    const retain = (name: RetainedTopic, value: unknown) => publisher.retain(name, value);
    this.#config = new ConfigTopics({ inbox: this.#inbox, store, commitConfirm: this.#commitConfirm, retain });
    this.#models = this.#modelCommands(retain);
  }

  async start(): Promise<void> {
    const commands = new Map([...this.#boardCommands(), ...this.#modelRoutes()]);
    this.#inbox.onAll('command', commandAnswerTopic, commands);
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
      restart: this.#restart.request,
      checkRestart: this.#restart.check,
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
