import { Backoff } from '../../util/backoff.js';
import { HourCount } from '../../util/hour-count.js';
import type { BrokerSession, Dial, Incoming } from './session.js';

export type ConnectionState = 'stopped' | 'connecting' | 'online' | 'waiting' | 'stopping';
type ConnectionEvent = 'start' | 'connected' | 'lost' | 'retry' | 'stop' | 'closed';

/** What follows from what; an event that a state does not list changes nothing. */
const transitions: Record<ConnectionState, Partial<Record<ConnectionEvent, ConnectionState>>> = {
  stopped: { start: 'connecting' },
  connecting: { connected: 'online', lost: 'waiting', stop: 'stopped' },
  online: { lost: 'waiting', stop: 'stopping' },
  waiting: { retry: 'connecting', stop: 'stopped' },
  stopping: { closed: 'stopped', lost: 'stopped' },
};

export interface ConnectionTimes {
  readonly connectTimeoutMs: number;
  /** Silence of an online broker (pings included) after which it counts as lost. */
  readonly silenceMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

export interface ConnectionEvents {
  /** Each time; the session is good until `offline`. */
  online(session: BrokerSession): void;
  offline(reason: string): void;
  message(message: Incoming): void;
}

const steadyMs = 10_000;

/**
 * Keeps one connection to the broker up, for months. Every attempt is a new client object, so none can get stuck for
 * good; each state has its time limit; refused credentials and vanished hosts are the same to it: wait, try again.
 */
export class Connection {
  readonly #dial: Dial;
  readonly #times: ConnectionTimes;
  readonly #events: ConnectionEvents;
  readonly #backoff: Backoff;
  #state: ConnectionState = 'stopped';
  #abandon: () => void = () => {};
  #session: BrokerSession | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastHeard = 0;
  #onlineSince = 0;
  readonly #reconnects = new HourCount();
  #connects = 0;
  #lastError: string | null = null;

  constructor(dial: Dial, times: ConnectionTimes, events: ConnectionEvents, random: () => number = Math.random) {
    this.#dial = dial;
    this.#times = times;
    this.#events = events;
    this.#backoff = new Backoff(times.backoffMinMs, times.backoffMaxMs, 'full', random);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The session, while online. */
  get session(): BrokerSession | undefined {
    return this.#state === 'online' ? this.#session : undefined;
  }

  stats(): { state: ConnectionState; connects: number; reconnectsLastHour: number; lastError: string | null } {
    const reconnectsLastHour = this.#reconnects.count(performance.now());
    return { state: this.#state, connects: this.#connects, reconnectsLastHour, lastError: this.#lastError };
  }

  start(): void {
    if (this.#move('start')) this.#connect();
  }

  /** For whoever finds out that the session does not answer: drops it and connects again. */
  fail(reason: string): void {
    this.#lost(reason);
  }

  /** Says goodbye within `timeoutMs`; nothing is tried after that. */
  async stop(timeoutMs: number): Promise<void> {
    const session = this.session;
    if (!this.#move('stop')) return;
    clearTimeout(this.#timer);
    if (session !== undefined) {
      await session.end(timeoutMs);
      this.#move('closed');
    }
    this.#abandon();
    this.#session = undefined;
  }

  #move(event: ConnectionEvent): boolean {
    const next = transitions[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }

  #connect(): void {
    // Late calls of an abandoned attempt are recognised by not being the current one.
    const current = { live: true };
    const limit = `no answer within ${this.#times.connectTimeoutMs / 1000} s`;
    this.#arm(this.#times.connectTimeoutMs, () => this.#lost(limit));
    const drop = this.#dial({
      online: (session) => current.live && this.#connected(session),
      lost: (reason) => current.live && this.#lost(reason),
      message: (message) => current.live && this.#events.message(message),
      heard: () => {
        if (current.live) this.#lastHeard = performance.now();
      },
    });
    this.#abandon = () => {
      current.live = false;
      drop();
    };
  }

  #connected(session: BrokerSession): void {
    if (!this.#move('connected')) return;
    this.#session = session;
    if (this.#connects > 0) this.#reconnects.add(performance.now());
    this.#connects += 1;
    this.#lastError = null;
    this.#lastHeard = performance.now();
    this.#onlineSince = performance.now();
    this.#watchSilence();
    this.#events.online(session);
  }

  #watchSilence(): void {
    this.#arm(this.#times.silenceMs / 4, () => {
      const silentMs = performance.now() - this.#lastHeard;
      if (silentMs > this.#times.silenceMs) this.#lost(`nothing heard for ${Math.round(silentMs / 1000)} s`);
      else this.#watchSilence();
    });
  }

  #lost(reason: string): void {
    const wasOnline = this.#state === 'online';
    if (!this.#move('lost')) return;
    this.#abandon();
    this.#session = undefined;
    this.#lastError = reason;
    if (this.#state === 'waiting') {
      // Only a connection that held is a reason to be quick again: a broker that accepts and drops must not be hammered.
      if (wasOnline && performance.now() - this.#onlineSince >= Math.min(steadyMs, this.#times.backoffMaxMs)) {
        this.#backoff.reset();
      }
      this.#arm(this.#backoff.nextMs(), () => this.#move('retry') && this.#connect());
      this.#events.offline(reason);
    }
  }

  #arm(delayMs: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, delayMs);
  }
}
