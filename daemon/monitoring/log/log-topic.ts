import { pino } from 'pino';
import { connectionPart } from '../../mqtt/connection/log-part.js';
import type { LogPayload } from '../../mqtt/topics/payloads.js';
import { TokenBucket } from '../../util/token-bucket.js';
import type { LogOutput } from './log-output.js';

/** The `log` message without device and session. */
export type LogMessage = Omit<LogPayload, 'device' | 'session'>;

const perSecond = 2;
const burstSeconds = 10;
const maxMessageLength = 1000;

/**
 * Log lines to the broker, few of them. It never feeds itself: lines about the connection are left out, and so are lines that
 * come while one is being sent.
 */
export class LogTopic {
  readonly #minLevel: () => string;
  readonly #send: (message: LogMessage) => void;
  readonly #cap = new TokenBucket(() => perSecond, burstSeconds);
  #sending = false;

  /** `minLevel` is a level, or `off`; asked for each line. */
  constructor(minLevel: () => string, send: (message: LogMessage) => void) {
    this.#minLevel = minLevel;
    this.#send = send;
  }

  /** Returns how to stop it. */
  follow(output: LogOutput): () => void {
    return output.tap((line) => this.#line(line));
  }

  #line(line: string): void {
    const minLevel = pino.levels.values[this.#minLevel()]; // none for `off`
    if (this.#sending || minLevel === undefined) return;
    const { level, time, msg, part, ...details } = JSON.parse(line) as Record<string, unknown>;
    if (Number(level) < minLevel || part === connectionPart || !this.#cap.take(performance.now())) return;
    this.#sending = true;
    try {
      this.#send({
        at: String(time),
        level: pino.levels.labels[Number(level)] as LogPayload['level'],
        message: String(msg ?? '').slice(0, maxMessageLength),
        details: JSON.stringify(details).length > maxMessageLength ? {} : details,
        leftOut: this.#cap.takeRefused(),
      });
    } finally {
      this.#sending = false;
    }
  }
}
