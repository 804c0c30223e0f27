import { readFileSync } from 'node:fs';
import type { IClientOptions, MqttClient } from 'mqtt';
import { messageOf, ZynqnetError } from '../../util/error.js';
import { firstLine } from '../connection/mqtt-options.js';

/** Where a fleet's broker is, and who we are to it. */
export interface BrokerAddress {
  readonly url: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export type Handler = (topic: string, payload: Buffer) => void;

const connectLimitMs = 10_000;

/** One connection for people's tools: it must work at once, or says why it does not. */
export class FleetBroker {
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  /** Throws FLEET_BROKER with the broker's or the network's reason. */
  static async connect(address: BrokerAddress): Promise<FleetBroker> {
    const { connectAsync } = await import('mqtt');
    try {
      const client = await connectAsync(address.url, optionsOf(address), false);
      client.on('error', () => {}); // it reconnects by itself
      return new FleetBroker(client);
    } catch (error) {
      throw new ZynqnetError('FLEET_BROKER', `${address.url} cannot be reached: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Resolves when the broker has taken the subscription. Each message goes to every handler. */
  async subscribe(filters: readonly string[], handler: Handler): Promise<void> {
    this.#client.on('message', (topic, payload) => handler(topic, payload));
    const granted = await this.#client.subscribeAsync([...filters], { qos: 1 });
    const refused = granted.filter(({ qos }) => Number(qos) >= 128).map(({ topic }) => topic);
    if (refused.length > 0) {
      throw new ZynqnetError('FLEET_BROKER', `the broker refuses subscriptions to ${refused.join(', ')}`);
    }
  }

  async publish(topic: string, payload: string | Buffer): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1 });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

function optionsOf({ user, passwordFile, ca, cert, key }: BrokerAddress): IClientOptions {
  return {
    connectTimeout: connectLimitMs,
    reconnectPeriod: 1000,
    ...(user === undefined ? {} : { username: user }),
    ...(passwordFile === undefined ? {} : { password: firstLine(passwordFile) }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  };
}
