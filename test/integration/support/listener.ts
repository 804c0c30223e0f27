import { readFileSync } from 'node:fs';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** An independent subscriber that sees what a user of the broker sees. */
export class Listener {
  readonly messages: Message[] = [];
  readonly client: MqttClient;
  #wake: () => void = () => {};

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload, { retain }) => {
      this.messages.push({ topic, payload: payload.toString('utf8'), retain });
      this.#wake();
    });
  }

  static async connect(url: string, options: IClientOptions = {}, filter = '#'): Promise<Listener> {
    const client = await connectAsync(url, { reconnectPeriod: 50, ...options });
    const listener = new Listener(client);
    await client.subscribeAsync(filter, { qos: 1 });
    return listener;
  }

  static withAuthority(caFile: string): IClientOptions {
    return { ca: readFileSync(caFile) };
  }

  /** Parsed payloads of one topic's last part, in order of arrival. */
  payloads<T>(name: string): T[] {
    const found = this.messages.filter(({ topic, payload }) => topic.endsWith(`/${name}`) && payload !== '');
    return found.map(({ payload }) => JSON.parse(payload) as T);
  }

  /** Waits until `holds`; the test's own time limit is the only clock. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
