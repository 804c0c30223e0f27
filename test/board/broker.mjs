// A mosquitto on the host, and one listener on it.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { work } from './files.mjs';
import { freePort } from './guest.mjs';
import { eventually } from './process.mjs';

export class Broker {
  port = 0;
  #process;
  #client;
  /** Every message since the last `forget`, oldest first: { topic, payload } */
  messages = [];

  static async start() {
    const broker = new Broker();
    broker.port = await freePort();
    const file = join(work, 'mosquitto.conf');
    writeFileSync(file, `listener ${broker.port} 127.0.0.1\nallow_anonymous true\n`);
    broker.#process = spawn('mosquitto', ['-c', file], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    process.once('exit', () => broker.#process.kill('SIGKILL'));
    const connect = () => connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 }, false);
    broker.#client = await eventually('a connection to mosquitto', 20, connect, 100);
    await broker.#client.subscribeAsync('#');
    broker.#client.on('message', (topic, payload) => broker.#take(topic, payload.toString()));
    return broker;
  }

  #take(topic, text) {
    try {
      this.messages.push({ topic, payload: JSON.parse(text) });
    } catch {
      this.messages.push({ topic, payload: text });
    }
  }

  forget() {
    this.messages = [];
  }

  /**
   * Waits for a message of this device that `accepts` takes; those since the last `forget` count.
   * @param {string} what
   * @param {string} topic
   * @param {number} seconds
   * @param {(payload: any) => boolean} accepts
   */
  async message(what, topic, seconds, accepts = () => true) {
    const found = () => this.messages.find((message) => message.topic.endsWith(topic) && accepts(message.payload));
    const last = () => this.messages.filter((message) => /alert|status/.test(message.topic)).slice(-3);
    try {
      return (await eventually(what, seconds, found, 100)).payload;
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}; last heard: ${JSON.stringify(last())}`);
    }
  }

  /** Sends a request and waits for the answer with its id. */
  async ask(device, topic, body, seconds) {
    const id = `t${Date.now()}`;
    await this.#client.publishAsync(`zynqnet/${device}/${topic}`, JSON.stringify({ id, ...body }), { qos: 1 });
    return this.message(
      `an answer to ${topic}`,
      `${topic.split('/')[0]}/response`,
      seconds,
      (answer) => answer?.id === id,
    );
  }

  async stop() {
    await this.#client.endAsync(true);
    this.#process.kill();
  }
}
