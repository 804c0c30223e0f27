import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Incoming, PublishOptions } from '../mqtt/connection/session.js';
import { messageOf } from '../util/error.js';
import { TokenBucket } from '../util/token-bucket.js';
import { idOf, parseMessage } from './parse.js';
import { issuesOf, type Reply, RequestError, type RequestId, replyPayload, requestId } from './reply.js';

/** Where an answer goes besides the route's topic (MQTT 5). */
export interface Requester {
  readonly id: RequestId;
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
}

interface Request<Body> {
  readonly body: Body;
  readonly requester: Requester;
}

/** What is done with the messages of one topic. `body` checks everything but `id`. */
export interface Route<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly body: Shape;
  run(request: Request<z.output<z.ZodObject<Shape>>>): Promise<Reply> | Reply;
}

export const route = <Shape extends z.ZodRawShape>(body: Shape, run: Route<Shape>['run']): Route =>
  ({ body, run }) as unknown as Route;

/** The part of the publisher that is needed here. */
export interface Wire {
  topic(name: string): string;
  listen(filter: string, handler: (message: Incoming) => void): void;
  send(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<boolean>;
}

export interface InboxOptions {
  readonly wire: Wire;
  readonly device: string;
  readonly baseTopic: string;
  readonly groups: readonly string[];
  readonly maxPayloadBytes: number;
  readonly messagesPerSecond: () => number;
  readonly log: Logger;
}

/** More work than this at a time is refused; a config message waits for the one before it and counts meanwhile. */
const maxAtWork = 16;
/** Answers that a slow broker has not taken; beyond that none are made, so that a flood cannot fill the memory. */
const maxUnsent = 256;
const maxResponseTopicBytes = 512;
const idlePollMs = 20;

/**
 * Everything that messages ask of this device, and the one way in: retained messages are ignored, sizes, rates and
 * shapes are checked, and each request gets exactly one answer. Nothing that a message says can throw past here.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #roots: readonly string[];
  readonly #bucket: TokenBucket;
  #atWork = 0;
  #waiting = 0;
  #open = true;
  readonly #counts = { answered: 0, retained: 0, unanswered: 0 };

  constructor(options: InboxOptions) {
    this.#options = options;
    const { wire, baseTopic, groups } = options;
    this.#roots = [wire.topic(''), ...groups.map((group) => `${baseTopic}/group/${group}/`)];
    this.#bucket = new TokenBucket(options.messagesPerSecond, 2);
  }

  stats() {
    return { ...this.#counts };
  }

  /** Resolves when every request at work has been answered, at the latest after `limitMs`. */
  async idle(limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    do await sleep(idlePollMs);
    while ((this.#atWork > 0 || this.#waiting > 0) && performance.now() < end);
  }

  /** Messages that come from now on are ignored. */
  close(): void {
    this.#open = false;
  }

  /** One topic, for this device and its groups. Answers go to `answer`. */
  on(name: string, answer: string, handler: Route): void {
    this.#listen(name, (message) => void this.#serve(message, answer, () => handler));
  }

  /** Every topic below `prefix/`; one without a route is answered with 404. */
  onAll(prefix: string, answer: string, routes: ReadonlyMap<string, Route>): void {
    this.#listen(`${prefix}/#`, (message, root) => {
      const name = message.topic.slice(root.length + prefix.length + 1);
      if (message.topic === this.#options.wire.topic(answer)) return; // our own
      const known = [...routes.keys()].sort().join(', ');
      void this.#serve(message, answer, () => {
        const found = routes.get(name);
        if (found === undefined)
          throw new RequestError(404, `there is no ${prefix} ${name.slice(0, 64)}; known are ${known}`);
        return found;
      });
    });
  }

  /** Raw messages below `prefix/` that get no answer of their own; `rest` is the topic after it. */
  onRaw(prefix: string, handler: (rest: string, message: Incoming) => void): void {
    this.#listen(`${prefix}/#`, (message, root) =>
      handler(message.topic.slice(root.length + prefix.length + 1), message),
    );
  }

  /** Publishes a reply to whoever asked, for handlers whose outcome comes later. */
  async answer(topic: string, requester: Requester, reply: Reply): Promise<void> {
    const { wire, device } = this.#options;
    if (this.#waiting >= maxUnsent) {
      this.#counts.unanswered += 1;
      return;
    }
    const payload = JSON.stringify(replyPayload(device, requester.id, reply));
    const { responseTopic, correlationData } = requester;
    const options = { qos: 1, retain: false } as const;
    this.#waiting += 1;
    this.#counts.answered += 1;
    await wire.send(wire.topic(topic), payload, options);
    if (responseTopic !== undefined && this.#mayAnswerAt(responseTopic)) {
      await wire.send(responseTopic, payload, { ...options, ...(correlationData && { correlationData }) });
    }
    this.#waiting -= 1;
  }

  #listen(suffix: string, handler: (message: Incoming, root: string) => void): void {
    for (const root of this.#roots) {
      this.#options.wire.listen(root + suffix, (message) => {
        if (!this.#open) return;
        if (message.retain) {
          // A broker replays these at each connect: obeying them would repeat an old request.
          this.#counts.retained += 1;
          const { log } = this.#options;
          log.warn(
            { topic: message.topic },
            'a retained message asks for something: it is ignored; clear it at the broker',
          );
          return;
        }
        handler(message, root);
      });
    }
  }

  async #serve(message: Incoming, answer: string, handler: () => Route): Promise<void> {
    const { responseTopic, correlationData } = message;
    const from = { ...(responseTopic && { responseTopic }), ...(correlationData && { correlationData }) };
    let id: RequestId = null;
    let reply: Reply;
    try {
      if (!this.#bucket.take(performance.now())) {
        id = cheapId(message.payload);
        throw new RequestError(429, 'too many messages; ask again later');
      }
      const parsed = parseMessage(message.payload, this.#options.maxPayloadBytes);
      id = idOf(parsed);
      const { body, run } = handler();
      const checked = z.strictObject({ ...body, id: requestId }).safeParse(parsed);
      if (!checked.success) throw new RequestError(400, 'the message has mistakes', issuesOf(checked.error));
      const { id: _, ...rest } = checked.data;
      reply = await this.#run(() => run({ body: rest, requester: { id, ...from } }));
    } catch (error) {
      if (error instanceof RequestError) reply = error.reply;
      else {
        this.#options.log.error({ err: error, topic: message.topic }, 'a request failed');
        reply = { code: 500, message: messageOf(error) };
      }
    }
    await this.answer(answer, { id, ...from }, reply).catch(() => {});
  }

  async #run(work: () => Promise<Reply> | Reply): Promise<Reply> {
    if (this.#atWork >= maxAtWork) throw new RequestError(429, 'too many requests are under way; ask again later');
    this.#atWork += 1;
    try {
      return await work();
    } finally {
      this.#atWork -= 1;
    }
  }

  /** Not on a topic for requests: an answer must never be taken for one. */
  #mayAnswerAt(topic: string): boolean {
    if (topic === '' || topic.startsWith('$') || /[+#\0]/.test(topic)) return false;
    if (Buffer.byteLength(topic) > maxResponseTopicBytes) return false;
    const { baseTopic } = this.#options;
    return !(
      topic.startsWith(`${baseTopic}/`) && /\/(set|get|reset|rollback|command(\/.*)?|model\/chunk\/.*)$/.test(topic)
    );
  }
}

/** The id of a request that is over the rate limit, if it is cheap to find. */
function cheapId(payload: Buffer): RequestId {
  try {
    return idOf(parseMessage(payload, 4096));
  } catch {
    return null;
  }
}
