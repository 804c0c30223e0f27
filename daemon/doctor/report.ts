/** The doctor's table for people and its JSON for tools. */
import type { Group } from './check.js';
import type { Result, State } from './finding.js';

const groupTitles: Record<Group, string> = {
  program: 'Program',
  accelerator: 'Accelerator',
  camera: 'Camera',
  network: 'Network',
  system: 'System',
};

/** SGR codes: green, yellow, red, grey. */
const colours: Record<State, number> = { ok: 32, warning: 33, failed: 31, skipped: 90 };
const stateWidth = 9;
const titleWidth = 20;
const minWidth = 40;

export interface Style {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

/** Writes the table line by line as results come: on a slow board the first lines are there at once. */
export class Table {
  readonly #style: Style;
  readonly #write: (text: string) => void;
  #group = '';
  #reason = '';

  constructor(style: Style, write: (text: string) => void) {
    this.#style = style;
    this.#write = write;
  }

  add(result: Result): void {
    if (result.group !== this.#group) {
      const title = groupTitles[result.group as Group] ?? result.group;
      this.#write(`${this.#group === '' ? '' : '\n'}${title}\n`);
      this.#group = result.group;
    }
    const state = this.#coloured(result.state.padEnd(stateWidth), colours[result.state]);
    const indent = 2 + stateWidth + titleWidth;
    const room = Math.max(minWidth, this.#style.width) - indent;
    // What one missing thing keeps from running says so once.
    const again = result.state === 'skipped' && result.found === this.#reason && result.remedy === undefined;
    this.#reason = result.state === 'skipped' ? result.found : '';
    const found = again ? 'for the same reason' : result.found;
    const [first = '', ...more] = found.split('\n').flatMap((line) => wrap(line.trim(), room));
    this.#write(`  ${state}${result.title.padEnd(titleWidth)}${first}\n`);
    for (const line of more) this.#write(`${' '.repeat(indent)}${line}\n`);
    if (result.remedy !== undefined) {
      // A command stays in one piece, to be copied: the terminal may break it, we do not.
      const arrow = this.#coloured('->', colours[result.state]);
      this.#write(`${' '.repeat(2 + stateWidth)}${arrow} ${result.remedy}\n`);
    }
  }

  end(results: readonly Result[]): void {
    const { ok, warning, failed, skipped } = count(results);
    const parts = [`${ok} ok`, `${warning} ${warning === 1 ? 'warning' : 'warnings'}`, `${failed} failed`];
    this.#write(`\n${[...parts, `${skipped} skipped`].join(', ')}\n`);
  }

  #coloured(text: string, code: number): string {
    return this.#style.colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** Lines of at most `width` characters, broken at blanks; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

export function count(results: readonly Result[]): Record<State, number> {
  const counts: Record<State, number> = { ok: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { state } of results) counts[state] += 1;
  return counts;
}

/** One object: docs/doctor.md has its keys. */
export function toJson(results: readonly Result[], version: string): string {
  const checks = results.map(({ id, group, title, state, found, remedy, durationMs }) => ({
    ...{ id, group, title, state, found },
    ...(remedy === undefined ? {} : { mend: remedy }), // the name that readers of the JSON know
    durationMs,
  }));
  return `${JSON.stringify({ version, summary: count(results), checks }, null, 2)}\n`;
}
