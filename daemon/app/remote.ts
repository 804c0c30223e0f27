import type { Logger } from 'pino';
import type { ConfigStore } from '../config/store.js';
import type { Publisher } from '../publish/publisher.js';
import { ConfigTopics, configAnswerTopic } from '../remote/config-topics.js';
import type { FrameWatch } from '../remote/frame-watch.js';
import { Inbox } from '../remote/inbox.js';
import { Trials } from '../remote/trials.js';
import type { Changes } from './changes.js';

export interface RemoteOptions {
  readonly store: ConfigStore;
  readonly publisher: Publisher;
  readonly changes: Changes;
  readonly frames: FrameWatch;
  readonly device: string;
  /** SHA-256 of the model in service. */
  readonly model: () => string | undefined;
  readonly restart: (reason: string) => void;
  readonly log: Logger;
}

/** Before a restart, answers get this long to reach the broker. */
const answerLimitMs = 1000;

/** Everything that the owner of a board can ask of it by message, put together. */
export class Remote {
  readonly #inbox: Inbox;
  readonly #trials: Trials;

  constructor({ store, publisher, changes, frames, device, model, restart, log }: RemoteOptions) {
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
    const retain = (name: string, value: unknown) => publisher.retain(name, value);
    this.#trials = new Trials({
      store,
      frames,
      settled: () => changes.settled(),
      model,
      trying: () => {},
      decided: () => topics.publish(),
      restart: (reason) => void this.#inbox.idle(answerLimitMs).then(() => restart(reason)),
      log,
    });
    const topics = new ConfigTopics({ inbox: this.#inbox, store, trials: this.#trials, retain });
    topics.start();
    const connected = () => publisher.stats().mqtt.state === 'online';
    void this.#answerForStart(connected, publisher);
  }

  close(): void {
    this.#inbox.close();
    this.#trials.close();
  }

  /** A change that needed the restart which led here is confirmed or taken back, and its sender told. */
  async #answerForStart(connected: () => boolean, publisher: Publisher): Promise<void> {
    const owed = await this.#trials.confirmStart(connected);
    if (owed === undefined) return;
    await publisher.connected();
    await this.#inbox.answer(configAnswerTopic, owed.asker, owed.reply);
  }
}
