import type { EventPayload, ResultPayload } from '../../mqtt/topics/payloads.js';
import { changeText, type View, ViewState } from './state.js';

/** One line per change of class; for pipes and files. */
export class PlainView implements View {
  readonly #state = new ViewState();
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  result(result: ResultPayload): void {
    this.#state.add(result);
  }

  event(event: EventPayload): void {
    const clock = new Date(event.capturedAt).toTimeString().slice(0, 8);
    this.#write(`${clock} ${changeText(event, this.#state)}\n`);
  }

  line(text: string): void {
    this.#write(text);
  }

  close(): void {
    const { accuracyText } = this.#state;
    if (accuracyText !== undefined) this.#write(`${accuracyText}\n`);
  }
}
