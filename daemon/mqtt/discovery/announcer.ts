import { hostname } from 'node:os';
import { usableKinds } from '../../camera/kinds/table.js';
import { modelFolder } from '../../config/model-folder.js';
import type { ConfigStore } from '../../config/store.js';
import { readTemperatures } from '../../monitoring/health/temperatures.js';
import { version } from '../../util/version.js';
import type { Publisher } from '../publisher/publisher.js';
import { discoveryMessage, discoveryTopic } from './home-assistant.js';

/** Many devices answer the same birth message: each waits a random part of this. */
const jitterMs = 5000;

/** Keeps the discovery message as the configuration wants it, and publishes it again when Home Assistant comes back. */
export class HomeAssistant {
  readonly #publisher: Publisher;
  readonly #store: ConfigStore;
  readonly #device: string;
  readonly #random: () => number;
  #published = '';
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => {};

  constructor(publisher: Publisher, store: ConfigStore, device: string, random: () => number = Math.random) {
    this.#publisher = publisher;
    this.#store = store;
    this.#device = device;
    this.#random = random;
  }

  start(): void {
    this.#publisher.listen(`${this.#prefix}/status`, ({ payload }) => {
      if (payload.toString('utf8') === 'online') this.#again();
    });
    this.#unsubscribe = this.#store.subscribe(() => this.#follow());
    this.#follow();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  get #prefix(): string {
    return this.#store.config.homeAssistant.prefix;
  }

  #follow(): void {
    const message = this.#store.config.homeAssistant.enabled ? this.#message() : '';
    if (message !== this.#published) this.#publish(message);
  }

  #again(): void {
    if (this.#published === '') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#publish(this.#published), this.#random() * jitterMs);
  }

  #publish(message: string): void {
    this.#published = message;
    const topic = discoveryTopic(this.#prefix, this.#device);
    this.#publisher.retainAt(topic, message === '' ? null : JSON.parse(message));
  }

  #message(): string {
    const { config } = this.#store;
    const facts = {
      device: this.#device,
      name: config.homeAssistant.name ?? `zynqnetd ${this.#device}`,
      version,
      host: hostname(),
      topic: (name: string) => this.#publisher.topic(name),
      cameras: usableKinds(config.camera),
      temperatures: Object.keys(readTemperatures()),
      remote: config.remote.enabled,
      models: modelFolder(config) !== undefined,
    };
    return JSON.stringify(discoveryMessage(facts));
  }
}
