import { redactText } from '../../util/redact.js';
import { TokenBucket } from '../../util/token-bucket.js';
import { humanLine } from './human-line.js';

export interface LogOutputOptions {
  readonly format: 'human' | 'json';
  readonly write: (line: string) => void;
  /** Asked for each line, so that a change is live. */
  readonly maxLinesPerSecond?: () => number;
}

/** A line of JSON as pino makes it, secrets redacted, with its line end. */
type Tap = (line: string) => void;

const linesKept = 200;
const burstSeconds = 10;

/**
 * Where pino's lines go: secrets out, rate capped, then to standard output, to a short memory (for the `logs` command) and to
 * whoever taps it (the `log` topic).
 */
export class LogOutput {
  readonly #options: LogOutputOptions;
  readonly #cap: TokenBucket;
  readonly #taps = new Set<Tap>();
  readonly #last: string[] = [];

  constructor(options: LogOutputOptions) {
    this.#options = options;
    this.#cap = new TokenBucket(options.maxLinesPerSecond ?? (() => 1000), burstSeconds);
  }

  /** What pino calls. */
  write(line: string): void {
    if (!this.#cap.take(performance.now())) return;
    const leftOut = this.#cap.takeRefused();
    if (leftOut > 0) this.#pass(leftOutLine(leftOut));
    this.#pass(redactText(line));
  }

  /** Calls `tap` for each line that comes out; returns how to stop that. A tap must not throw. */
  tap(tap: Tap): () => void {
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  /** The newest `count` lines, oldest first, as JSON without line ends. */
  last(count = linesKept): string[] {
    return this.#last.slice(-count);
  }

  #pass(line: string): void {
    const { format, write } = this.#options;
    this.#last.push(line.trimEnd());
    if (this.#last.length > linesKept) this.#last.shift();
    write(format === 'json' ? line : humanLine(line));
    for (const tap of this.#taps) tap(line);
  }
}

function leftOutLine(count: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 40, time, leftOut: count, msg: 'log lines were dropped: too many per second' })}\n`;
}
