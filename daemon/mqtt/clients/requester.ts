import { randomBytes } from 'node:crypto';
import { ZynqnetError } from '../../util/error.js';
import { answerTopicOf, answerTopics, type RequestTopic } from '../topics/topics.js';
import type { FleetBroker } from './fleet-broker.js';

/** A board's reply, as docs/remote.md has it. */
export interface Answer {
  readonly status: 'ok' | 'error';
  readonly code: number;
  readonly message: string;
  readonly details?: readonly { path: string; message: string }[];
  readonly revision?: number | null;
  readonly data?: unknown;
}

export interface Question {
  /** Below the board's or the group's topics. */
  readonly topic: RequestTopic;
  readonly body: Record<string, unknown>;
  /** For the answer, or between an answer "begun" (202) and the outcome. */
  readonly limitMs: number;
  /** Called for an answer 202: the outcome follows with the same id, and is what counts. */
  readonly begun?: (answer: Answer) => void;
}

type Waiter = (answer: Answer) => void;

/** Asks boards by message and pairs their answers with the questions by id. */
export class Requester {
  readonly #broker: FleetBroker;
  readonly #base: string;
  readonly #waiting = new Map<string, Waiter>();

  constructor(broker: FleetBroker, base: string) {
    this.#broker = broker;
    this.#base = base;
  }

  /** Before the first question. */
  async start(): Promise<void> {
    const filters = answerTopics.map((name) => `${this.#base}/+/${name}`);
    await this.#broker.subscribe(filters, (topic, payload) => this.#take(topic, payload));
  }

  /** Rejects with FLEET_REFUSED and the board's reasons, or FLEET_SILENT. */
  async ask(device: string, question: Question): Promise<Answer> {
    const id = newId();
    const answer = this.#answerOf(device, id, question);
    await this.#broker.publish(`${this.#base}/${device}/${question.topic}`, message(id, question));
    return answer;
  }

  /** One message to a group; each of `devices` answers for itself, as `ask` has it. Resolves when the broker has the message. */
  async askGroup(
    group: string,
    devices: readonly string[],
    question: Question,
  ): Promise<ReadonlyMap<string, Promise<Answer>>> {
    const id = newId();
    const answers = new Map(devices.map((device) => [device, this.#answerOf(device, id, question)]));
    for (const answer of answers.values()) answer.catch(() => {}); // whoever awaits it hears of it
    await this.#broker.publish(`${this.#base}/group/${group}/${question.topic}`, message(id, question));
    return answers;
  }

  #answerOf(device: string, id: string, { topic, limitMs, begun }: Question): Promise<Answer> {
    const key = `${this.#base}/${device}/${answerTopicOf(topic)} ${id}`;
    return new Promise((resolve, reject) => {
      let lacking = 'no answer';
      const silent = () => {
        this.#waiting.delete(key);
        reject(new ZynqnetError('FLEET_SILENT', `${lacking} within ${limitMs / 1000} s`));
      };
      let timer = setTimeout(silent, limitMs);
      this.#waiting.set(key, (answer) => {
        clearTimeout(timer);
        if (answer.code === 202) {
          lacking = 'it has begun, but there is no outcome';
          timer = setTimeout(silent, limitMs);
          begun?.(answer);
          return;
        }
        this.#waiting.delete(key);
        if (answer.status === 'ok') resolve(answer);
        else reject(new ZynqnetError('FLEET_REFUSED', reasons(answer)));
      });
    });
  }

  #take(topic: string, payload: Buffer): void {
    let data: Answer & { id?: unknown };
    try {
      data = JSON.parse(payload.toString('utf8'));
    } catch {
      return;
    }
    this.#waiting.get(`${topic} ${data?.id}`)?.(data);
  }
}

function newId(): string {
  return `fleet-${randomBytes(6).toString('hex')}`;
}

function message(id: string, { body }: Question): string {
  return JSON.stringify({ id, ...body });
}

function reasons({ code, message: text, details = [] }: Answer): string {
  const list = details.map(({ path, message: what }) => `${path}: ${what}`);
  return `${code} ${text}${list.length === 0 ? '' : ` (${list.join('; ')})`}`;
}
