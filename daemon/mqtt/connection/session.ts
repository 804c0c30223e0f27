import type { Duplex } from 'node:stream';
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import { limitPackets } from './packet-limit.js';
import { reasonText } from './reasons.js';

export interface PublishOptions {
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** MQTT 5 only. */
  readonly correlationData?: Buffer;
}

/** A message that a subscription brought. */
export interface Incoming {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
}

/** One established connection to a broker; a lost one is never used again. */
export interface BrokerSession {
  /** Resolves when the broker has it (QoS 1, 2) or the socket took it (QoS 0); rejects when the connection is lost. */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void>;
  /** Resolves to those filters that the broker refused; rejects when the connection is lost. */
  subscribe(filters: readonly string[]): Promise<readonly string[]>;
  /** Says goodbye (no will is sent) if the broker answers within `timeoutMs`, else just closes. */
  end(timeoutMs: number): Promise<void>;
}

export interface SessionEvents {
  online(session: BrokerSession): void;
  /** The attempt failed or the connection broke; called once. */
  lost(reason: string): void;
  message(message: Incoming): void;
  /** Anything came from the broker, answers to pings included. */
  heard(): void;
}

/** Starts one attempt; the returned function abandons it (or the session that came of it) at once, silently. */
export type Dial = (events: SessionEvents) => () => void;

/** Dials with MQTT.js. `options` is asked at each attempt, so that renewed certificates and passwords are picked up. */
export function mqttDial(url: string, options: () => IClientOptions): Dial {
  return (events) => {
    const attempt = new Attempt(events);
    attempt.start(url, options).catch((error: unknown) => attempt.finish(reasonText(error)));
    return () => attempt.finish();
  };
}

/** One MQTT.js client from birth to end: it never reconnects by itself, the supervisor makes a new one. */
class Attempt {
  readonly #events: SessionEvents;
  #client: MqttClient | undefined;
  #session: MqttJsSession | undefined;
  #over = false;

  constructor(events: SessionEvents) {
    this.#events = events;
  }

  async start(url: string, options: () => IClientOptions): Promise<void> {
    const { connect } = await import('mqtt');
    if (this.#over) return;
    const behaviour = { reconnectPeriod: 0, resubscribe: false, queueQoSZero: false, manualConnect: true };
    const client = connect(url, { ...options(), ...behaviour });
    this.#client = client;
    limitIncoming(client);
    // A socket's error comes before its "close": the first one tells the reason.
    client.on('error', (error) => this.finish(reasonText(error)));
    client.on('close', () => this.finish('the connection was closed'));
    client.on('disconnect', ({ reasonCode }) => this.finish(`the broker disconnected us (reason code ${reasonCode})`));
    client.on('packetreceive', () => this.#events.heard());
    client.on('message', (topic, payload, packet) => this.#events.message(incoming(topic, payload, packet)));
    client.once('connect', () => {
      this.#session = new MqttJsSession(client, () => this.finish());
      this.#events.online(this.#session);
    });
    client.connect();
  }

  /** Without a reason: abandoned on purpose, nothing is reported. */
  finish(reason?: string): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#client !== undefined) discard(this.#client);
    this.#session?.abandon();
    if (reason !== undefined) this.#events.lost(reason);
  }
}

class MqttJsSession implements BrokerSession {
  readonly #client: MqttClient;
  readonly #finish: () => void;
  readonly #pending = new Set<(error: Error) => void>();
  #abandoned = false;

  constructor(client: MqttClient, finish: () => void) {
    this.#client = client;
    this.#finish = finish;
  }

  publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void> {
    const { qos, retain, correlationData } = options;
    const properties = correlationData === undefined ? {} : { properties: { correlationData } };
    const bytes = typeof payload === 'string' ? payload : Buffer.from(payload);
    return this.#settled((done) => this.#client.publish(topic, bytes, { qos, retain, ...properties }, done));
  }

  async subscribe(filters: readonly string[]): Promise<readonly string[]> {
    if (filters.length === 0) return [];
    let refused: string[] = [];
    await this.#settled((done) =>
      this.#client.subscribe([...filters], { qos: 1 }, (error, _, packet) => {
        // MQTT.js makes an error of one refusal among many; the packet tells which. Codes: MQTT 3.1.1, section 3.9.3.
        const codes = (packet as { granted?: unknown[] } | undefined)?.granted ?? [];
        if (codes.length !== filters.length) return done(error);
        refused = filters.filter((_filter, index) => Number(codes[index]) >= 128);
        done();
      }),
    );
    return refused;
  }

  async end(timeoutMs: number): Promise<void> {
    const goodbye = this.#settled((done) => this.#client.end(false, {}, done));
    const timer = setTimeout(() => this.#finish(), timeoutMs);
    await goodbye.catch(() => {});
    clearTimeout(timer);
    this.#finish();
  }

  /** Rejects whatever still waits for an answer: it will not come. */
  abandon(): void {
    this.#abandoned = true;
    for (const reject of this.#pending) reject(lostError());
    this.#pending.clear();
  }

  #settled(act: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#abandoned) return reject(lostError());
      this.#pending.add(reject);
      act((error) => {
        this.#pending.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

function lostError(): Error {
  return new Error('the connection to the broker is lost');
}

function incoming(topic: string, payload: Buffer, packet: IPublishPacket): Incoming {
  const { responseTopic, correlationData } = packet.properties ?? {};
  return {
    topic,
    payload,
    retain: packet.retain,
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData }),
  };
}

/** The library has no hook of its own between the socket and its parser, where the limit belongs. */
function limitIncoming(client: MqttClient): void {
  const internals = client as unknown as { streamBuilder: (client: MqttClient) => Duplex };
  const build = internals.streamBuilder;
  internals.streamBuilder = (owner) => limitPackets(build(owner));
}

/** MQTT.js may still emit errors from a client that was ended; they must not become uncaught. */
function discard(client: MqttClient): void {
  client.removeAllListeners();
  client.on('error', () => {});
  client.end(true);
  client.stream?.destroy();
}
