import type { EventPayload } from '../../mqtt/topics/payloads.js';
import { LiveView } from './live.js';
import { PlainView } from './plain.js';
import type { View } from './state.js';

/** The view that fits standard output: live in a terminal, lines in a pipe, only log lines where they are JSON. */
export function openView(format: 'human' | 'json' = 'human'): View {
  const write = (text: string) => process.stdout.write(text);
  if (format === 'json') return new SilentView(write);
  return process.stdout.isTTY ? new LiveView(process.stdout) : new PlainView(write);
}

class SilentView implements View {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  result(): void {}

  event(_event: EventPayload): void {}

  line(text: string): void {
    this.#write(text);
  }

  close(): void {}
}
