import { hostname } from 'node:os';
import { modelFolder } from '../../config/model-folder.js';
import type { Config } from '../../config/schema.js';
import type { ConfigStore } from '../../config/store.js';
import { version } from '../../util/version.js';
import type { Publisher } from '../publisher/publisher.js';
import { discoveryMessage, discoveryTopic } from './home-assistant.js';

/** Many devices answer the same birth message: each waits a random part of this. */
const jitterMs = 5000;

export interface HomeAssistantOptions {
  readonly publisher: Publisher;
  readonly store: ConfigStore;
  readonly device: string;
  /** Kinds of camera that can be chosen with this configuration. */
  readonly cameras: (config: Config) => readonly string[];
  /** Names of the sensors in `health.machine.temperaturesC`. */
  readonly temperatures: () => readonly string[];
}

/** Keeps the discovery message as the configuration wants it, and publishes it again when Home Assistant comes back. */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  #published = '';
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => {};

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.publisher.listen(`${this.#prefix}/status`, ({ payload }) => {
      if (payload.toString('utf8') === 'online') this.#again();
    });
    this.#unsubscribe = this.#options.store.subscribe(() => this.#follow());
    this.#follow();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  get #prefix(): string {
    return this.#options.store.config.homeAssistant.prefix;
  }

  #follow(): void {
    const message = this.#options.store.config.homeAssistant.enabled ? this.#message() : '';
    if (message !== this.#published) this.#publish(message);
  }

  #again(): void {
    if (this.#published === '') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#publish(this.#published), Math.random() * jitterMs);
  }

  #publish(message: string): void {
    this.#published = message;
    const topic = discoveryTopic(this.#prefix, this.#options.device);
    this.#options.publisher.retainAt(topic, message === '' ? null : JSON.parse(message));
  }

  #message(): string {
    const { config } = this.#options.store;
    const facts = {
      device: this.#options.device,
      name: config.homeAssistant.name ?? `zynqnetd ${this.#options.device}`,
      version,
      host: hostname(),
      topic: (name: string) => this.#options.publisher.topic(name),
      cameras: this.#options.cameras(config),
      temperatures: this.#options.temperatures(),
      remote: config.remote.enabled,
      models: modelFolder(config) !== undefined,
    };
    return JSON.stringify(discoveryMessage(facts));
  }
}
