import type { EventPayload, ResultPayload } from '../../mqtt/topics/payloads.js';
import { RateMeter } from '../../util/rate-meter.js';

/** What a view shows of the stream so far: rate, latency, and accuracy where the camera knows the truth. */
export class ViewState {
  readonly #meter = new RateMeter();
  #correct = 0;
  #judged = 0;
  last: ResultPayload | undefined;

  add(result: ResultPayload): void {
    this.last = result;
    this.#meter.tick(performance.now());
    if (result.truth === undefined) return;
    this.#judged += 1;
    if (result.top[0]?.index === result.truth.index) this.#correct += 1;
  }

  get framesPerSecond(): number {
    return this.#meter.perSecond(performance.now());
  }

  /** `97.3 % of 120 right`, or nothing where nobody knows. */
  get accuracyText(): string | undefined {
    if (this.#judged === 0) return undefined;
    return `${percent(this.#correct / this.#judged)} of ${this.#judged} right`;
  }
}

export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

export function ms(durationMs: number): string {
  return `${durationMs.toFixed(1)} ms`;
}

/** One line for a change of the stable class. */
export function changeText(event: EventPayload, state: ViewState): string {
  const name = (score: EventPayload['after']) => (score === null ? 'no class' : score.label);
  const sure = event.after === null ? '' : ` (${percent(event.after.probability)})`;
  const parts = [
    `frame ${event.frame}`,
    `${state.framesPerSecond.toFixed(1)} frames/s`,
    ...(state.last === undefined ? [] : [ms(state.last.latencyMs.total)]),
    ...(state.last?.truth === undefined ? [] : [`really ${state.last.truth.label}`]),
  ];
  return `${name(event.before)} -> ${name(event.after)}${sure}   ${parts.join(', ')}`;
}

/** What shows results to people. Each gets every result and event; how often it draws is its own affair. */
export interface View {
  result(result: ResultPayload): void;
  event(event: EventPayload): void;
  /** A finished line, e.g. of the log. */
  line(text: string): void;
  close(): void;
}
