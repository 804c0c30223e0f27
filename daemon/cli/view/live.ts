import type { EventPayload, ResultPayload } from '../../mqtt/topics/payloads.js';
import { changeText, ms, percent, type View, ViewState } from './state.js';

export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

const redrawMs = 100;
const barCells = 24;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A few lines at the bottom of a terminal that follow the stream; changes of class and log lines scroll by above. */
export class LiveView implements View {
  readonly #terminal: Terminal;
  readonly #state = new ViewState();
  #timer: NodeJS.Timeout | undefined;
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.write('\x1b[?25l'); // hide the cursor
  }

  result(result: ResultPayload): void {
    this.#state.add(result);
    // At most ten drawings a second, however fast frames come.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#redraw();
    }, redrawMs);
  }

  event(event: EventPayload): void {
    const clock = new Date(event.capturedAt).toTimeString().slice(0, 8);
    this.line(`\x1b[2m${clock}\x1b[0m ${changeText(event, this.#state)}\n`);
  }

  line(text: string): void {
    this.#terminal.write(`${this.#erase()}${text}`);
    this.#redraw();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#redraw();
    this.#terminal.write('\x1b[?25h');
  }

  #redraw(): void {
    const width = Math.max(20, (this.#terminal.columns ?? 80) - 1);
    const lines = this.#lines().map((line) => shorten(line, width));
    this.#terminal.write(`${this.#erase()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  /** Back to the first line of what was drawn, everything below cleared. */
  #erase(): string {
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A\r\x1b[J` : '';
    this.#drawn = 0;
    return up;
  }

  #lines(): string[] {
    const result = this.#state.last;
    if (result === undefined) return [];
    const { preprocess, inference, total } = result.latencyMs;
    const { accuracyText } = this.#state;
    const truth = result.truth === undefined ? '' : `  shows: ${result.truth.label}`;
    return [
      '',
      `${result.camera} frame ${result.frame}  ${result.model.name} on ${result.backend}${truth}`,
      ...result.top.slice(0, 5).map(({ label, probability }) => {
        return `  ${bar(probability)} ${percent(probability).padStart(7)}  ${label}`;
      }),
      `  ${this.#state.framesPerSecond.toFixed(1)} frames/s  ${ms(total)} (preprocess ${preprocess.toFixed(1)}, inference ${inference.toFixed(1)})` +
        (accuracyText === undefined ? '' : `  ${accuracyText}`),
    ];
  }
}

/** A bar of fixed width with eighths of a cell as resolution. */
export function bar(fraction: number): string {
  const units = Math.round(Math.min(1, Math.max(0, fraction)) * barCells * 8);
  return ('█'.repeat(units >> 3) + (eighths[units & 7] ?? '')).padEnd(barCells, ' ');
}

function shorten(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
