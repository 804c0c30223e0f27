import { randomUUID } from 'node:crypto';
import { connectAsync, type MqttClient } from 'mqtt';

export interface Answer {
  readonly id: string | number | null;
  readonly device: string;
  readonly status: 'ok' | 'error';
  readonly code: number;
  readonly message: string;
  readonly details: { path: string; message: string }[];
  readonly revision: number | null;
  readonly effect: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own
  readonly data?: any;
}

interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  readonly correlation?: string;
}

/** Somebody who asks a daemon over MQTT 5 and gets answers: what a person does with mosquitto_pub and mosquitto_sub. */
export class Requester {
  readonly client: MqttClient;
  readonly root: string;
  readonly heard: Heard[] = [];
  readonly retained = new Map<string, string>();
  readonly #waiting = new Map<string, (payload: Buffer) => void>();
  #wake = new Set<() => void>();

  private constructor(client: MqttClient, root: string) {
    this.client = client;
    this.root = root;
    client.on('message', (topic, payload, { properties }) => {
      const correlation = properties?.correlationData?.toString();
      const waiting = topic === 'answers/here' ? this.#waiting.get(correlation ?? '') : undefined;
      if (waiting !== undefined) {
        waiting(payload);
        return;
      }
      this.heard.push({ topic, payload, ...(correlation !== undefined && { correlation }) });
      if (topic.startsWith(root)) this.retained.set(topic.slice(root.length), payload.toString());
      for (const wake of this.#wake) wake();
    });
  }

  /** `device` is its name in topics. */
  static async connect(url: string, device: string, baseTopic = 'zynqnet'): Promise<Requester> {
    const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 50 });
    const requester = new Requester(client, `${baseTopic}/${device}/`);
    await client.subscribeAsync([`${baseTopic}/${device}/#`, 'answers/#', 'homeassistant/#'], { qos: 1 });
    return requester;
  }

  /** Asks on `<root><topic>` and waits for the answer with the same id, whichever topic it comes on. */
  async ask(topic: string, body: object = {}, root = this.root): Promise<Answer> {
    const id = randomUUID();
    await this.client.publishAsync(root + topic, JSON.stringify({ ...body, id }), { qos: 1 });
    return this.answerTo(id);
  }

  /** Sends bytes as they are, with an MQTT 5 response topic, and waits for the answer there. */
  async send(topic: string, payload: string | Buffer, root = this.root): Promise<Answer> {
    const correlation = randomUUID();
    const properties = { responseTopic: 'answers/here', correlationData: Buffer.from(correlation) };
    const answered = new Promise<Buffer>((resolve) => this.#waiting.set(correlation, resolve));
    await this.client.publishAsync(root + topic, payload, { qos: 1, properties });
    const answer = await answered;
    this.#waiting.delete(correlation);
    return JSON.parse(answer.toString()) as Answer;
  }

  async answerTo(id: string, from = 0): Promise<Answer> {
    let found: Answer | undefined;
    await this.until(() => {
      found = this.answers(from).find((answer) => answer.id === id && answer.code !== 202);
      return found !== undefined;
    });
    return found as Answer;
  }

  /** Answers on the device's own topics, oldest first. */
  answers(from = 0): Answer[] {
    const own = this.heard
      .slice(from)
      .filter(({ topic }) => topic.startsWith(this.root) && topic.endsWith('/response'));
    return own.map(({ payload }) => JSON.parse(payload.toString()) as Answer);
  }

  /** The device's latest message on a topic, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: each topic has its own
  latest(name: string): any {
    const payload = this.retained.get(name);
    return payload === undefined || payload === '' ? undefined : JSON.parse(payload);
  }

  /** Waits until `holds`; the test's own time limit is the only clock. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#wake.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, 200);
        this.#wake.add(wake);
      });
    }
  }

  async online(): Promise<void> {
    await this.until(() => this.latest('status')?.state === 'online' && this.latest('config') !== undefined);
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}
