import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { messageOf } from '../../util/error.js';
import { endsWithin } from '../../util/time-limit.js';
import { Connection, type ConnectionTimes } from '../connection/connection.js';
import { filterMatches } from '../connection/filters.js';
import type { BrokerSession, Dial, Incoming, PublishOptions } from '../connection/session.js';
import type { classPayload } from '../topics/payloads.js';
import {
  type DeviceState,
  type EventPayload,
  type HealthPayload,
  type InfoPayload,
  type LogPayload,
  type ResultPayload,
  type StatusPayload,
  statusPayload,
} from '../topics/payloads.js';
import { type RetainedTopic, topicOf, topics } from '../topics/topics.js';
import { EventQueue } from './event-queue.js';
import { RateLimit } from './rate-limit.js';

export interface PublisherOptions {
  readonly dial: Dial;
  readonly times: ConnectionTimes;
  readonly baseTopic: string;
  readonly device: string;
  readonly session: string;
  readonly eventQueueLength: number;
  readonly log: Logger;
  /** Asked for each message, so that changes are live. */
  readonly settings: () => Pick<Config, 'publish' | 'mqtt'>;
}

/** Results that may wait in the socket's buffer for a slow broker before new ones are dropped. */
const resultsInFlight = 16;
const eventAckMs = 15_000;
const staleWillPauseMs = 1000;

type Handler = (message: Incoming) => void;

/** Everything that goes to the broker. Works the same whether there is one or not; see docs/topics.md for the topics. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #connection: Connection;
  readonly #events: EventQueue<EventPayload>;
  readonly #rate = new RateLimit();
  /** The latest of each retained topic; all are published at each connect. */
  readonly #retained = new Map<string, string>();
  /** Those that this session of the broker has been sent: what changes while it is greeted need not come twice. */
  readonly #sent = new Set<string>();
  readonly #handlers = new Map<string, Handler>();
  readonly #results = { published: 0, skipped: 0, dropped: 0 };
  #resultsWaiting = 0;
  #state: DeviceState = 'init';
  #nextStatusMs = 0;
  #lastReason: string | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#events = new EventQueue(options.eventQueueLength);
    this.#connection = new Connection(options.dial, options.times, {
      online: (session) => void this.#greet(session),
      offline: (reason) => this.#sayOffline(reason),
      message: (message) => this.#receive(message),
    });
  }

  topic(name: string): string {
    return topicOf(this.#options.baseTopic, this.#options.device, name);
  }

  stats() {
    const [mqtt, events] = [this.#connection.stats(), this.#events.stats()];
    return { mqtt, events, results: { ...this.#results }, resultsWaiting: this.#resultsWaiting };
  }

  start(): void {
    this.#connection.start();
  }

  setState(state: DeviceState): void {
    if (state === this.#state) return;
    this.#state = state;
    void this.#sendStatus();
  }

  /** A frame was classified: the device works. */
  result(result: ResultPayload): void {
    this.setState('online');
    this.publishResult(result);
  }

  /** The stable class has changed: an event, and the state that it came to. */
  event(event: EventPayload): void {
    this.publishEvent(event);
    this.retain('class', classOf(event));
  }

  publishInfo(info: InfoPayload): void {
    this.retain('info', info);
  }

  publishHealth(health: HealthPayload): void {
    this.retain('health', health);
  }

  /** A message that nobody misses when there is no broker. */
  publishLog(message: LogPayload): void {
    void this.#send('log', JSON.stringify(message), topics.log);
  }

  /** Keeps a retained topic at this value, now and after each reconnect. Null clears it. */
  retain(name: RetainedTopic, value: unknown): void {
    this.retainAt(this.topic(name), value);
  }

  /** The same for a topic outside this device's, such as a discovery message. */
  retainAt(topic: string, value: unknown): void {
    const payload = value === null ? '' : JSON.stringify(value);
    this.#retained.set(topic, payload);
    void this.#sendRetained(topic, payload);
  }

  /** Results are worth nothing later: without a broker, or with one that is too slow, they are dropped and counted. */
  publishResult(result: ResultPayload): void {
    const { publish, mqtt } = this.#options.settings();
    if (!publish.results) return;
    if (!this.#rate.allows(publish.maxResultsPerSecond, performance.now())) {
      this.#results.skipped += 1;
      return;
    }
    const session = this.#connection.session;
    if (session === undefined || this.#resultsWaiting >= resultsInFlight) {
      this.#results.dropped += 1;
      return;
    }
    this.#resultsWaiting += 1;
    session
      .publish(this.topic('result'), JSON.stringify(result), { qos: mqtt.qos.result, retain: false })
      .then(
        () => {
          this.#results.published += 1;
        },
        () => {
          this.#results.dropped += 1;
        },
      )
      .finally(() => {
        this.#resultsWaiting -= 1;
      });
  }

  /** Events wait in a bounded queue until the broker has acknowledged them, in order. */
  publishEvent(event: EventPayload): void {
    this.#events.push(event);
    void this.#drainEvents();
  }

  /** Calls `handler` for messages of a topic of this device, across reconnects. */
  subscribe(name: string, handler: Handler): void {
    this.listen(this.topic(name), handler);
  }

  /** The same for any filter, wildcards included. Filters should not overlap: each that matches gets the message. */
  listen(filter: string, handler: Handler): void {
    this.#handlers.set(filter, handler);
    this.#connection.session?.subscribe([filter]).catch(() => {});
  }

  /** Resolves while online, or as soon as it is. */
  async connected(): Promise<void> {
    while (this.#connection.session === undefined && this.#state !== 'stopped') {
      await sleep(200, undefined, { ref: false });
    }
  }

  /** A JPEG picture; resolves to whether there is a broker that took it. */
  publishImage(jpeg: Uint8Array): Promise<boolean> {
    return this.send(this.topic('image'), jpeg, topics.image);
  }

  /** Publishes once, if there is a broker; resolves to whether it was taken. For replies. */
  async send(
    topic: string,
    payload: string | Uint8Array,
    { qos, retain, correlationData }: PublishOptions,
  ): Promise<boolean> {
    const session = this.#connection.session;
    if (session === undefined) return false;
    const options = { qos, retain, ...(correlationData === undefined ? {} : { correlationData }) };
    return session.publish(topic, payload, options).then(
      () => true,
      () => false,
    );
  }

  /** Says `stopped`, delivers what is queued, and ends the connection, all within `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    this.#state = 'stopped';
    await endsWithin(Promise.all([this.#sendStatus(), this.#drainEvents()]), timeoutMs / 2);
    await this.#connection.stop(Math.max(50, end - performance.now()));
  }

  async #greet(session: BrokerSession): Promise<void> {
    const { log } = this.#options;
    log.info('connected to the broker');
    this.#lastReason = undefined;
    this.#sent.clear();
    try {
      // Our status first: a subscription then shows it, or a stale will that came after it.
      await this.#sendStatus();
      const refused = await session.subscribe([this.topic('status'), ...this.#handlers.keys()]);
      if (refused.length > 0) log.warn({ refused }, 'the broker refuses subscriptions to these topics; check its ACL');
      for (const [topic, payload] of this.#retained) {
        if (!this.#sent.has(topic)) await this.#sendRetained(topic, payload);
      }
      await this.#drainEvents();
    } catch (error) {
      if (this.#connection.session === session) this.#connection.fail(messageOf(error));
    }
  }

  #sendRetained(topic: string, payload: string): Promise<boolean> {
    this.#sent.add(topic);
    return this.send(topic, payload, { qos: 1, retain: true });
  }

  #sayOffline(reason: string): void {
    // The same reason again and again is one line, not one a minute for months.
    if (reason === this.#lastReason) this.#options.log.debug({ reason }, 'still cannot connect to the broker');
    else
      this.#options.log.warn(
        { reason },
        'cannot connect to the broker; the daemon works on without it and keeps trying',
      );
    this.#lastReason = reason;
  }

  #receive(message: Incoming): void {
    if (message.topic === this.topic('status')) this.#checkStatus(message.payload);
    else {
      for (const [filter, handler] of this.#handlers) if (filterMatches(filter, message.topic)) handler(message);
    }
  }

  /** The will of a session of ours that the broker gave up late must not stand: say how it is. */
  #checkStatus(payload: Buffer): void {
    const status = parseStatus(payload);
    const { session } = this.#options;
    if (status?.session === session && status.state === this.#state) return;
    if (status?.session === session && status.state !== 'offline') return; // our own, overtaken by the next one
    const waitMs = this.#nextStatusMs - performance.now();
    this.#nextStatusMs = performance.now() + Math.max(0, waitMs) + staleWillPauseMs;
    if (waitMs <= 0) void this.#sendStatus();
    else if (waitMs <= staleWillPauseMs) setTimeout(() => void this.#sendStatus(), waitMs).unref();
  }

  async #sendStatus(): Promise<void> {
    const status: StatusPayload = { state: this.#state, session: this.#options.session };
    await this.#send('status', JSON.stringify(status), topics.status);
  }

  async #send(name: string, payload: string, { qos, retain }: PublishOptions): Promise<void> {
    await this.#connection.session?.publish(this.topic(name), payload, { qos, retain }).catch(() => {});
  }

  async #drainEvents(): Promise<void> {
    await this.#events.drain(async (event) => {
      const session = this.#connection.session;
      if (session === undefined) throw new Error('offline');
      const options = { qos: this.#options.settings().mqtt.qos.event, retain: false };
      const timer = setTimeout(() => this.#connection.fail('an event was not acknowledged'), eventAckMs);
      await session.publish(this.topic('event'), JSON.stringify(event), options).finally(() => clearTimeout(timer));
    });
  }
}

function classOf({ after, capturedAt, sequence, session }: EventPayload): z.output<typeof classPayload> {
  const { label = null, index = null, probability = 0 } = after ?? {};
  return { label, index, probability, since: capturedAt, sequence, session };
}

function parseStatus(payload: Buffer): StatusPayload | undefined {
  try {
    return statusPayload.parse(JSON.parse(payload.toString('utf8')));
  } catch {
    return undefined;
  }
}
