import { describe, expect, it } from 'vitest';
import { bar, LiveView } from '../../../../daemon/cli/view/live.js';
import { PlainView } from '../../../../daemon/cli/view/plain.js';
import { humanLine } from '../../../../daemon/monitoring/log/human-line.js';
import type { EventPayload, ResultPayload } from '../../../../daemon/mqtt/topics/payloads.js';

const common = {
  device: 'd',
  session: 's',
  camera: 'gate',
  frame: 7,
  capturedAt: '2026-01-01T12:00:00.000Z',
  clockSynchronized: true,
  model: { name: 'roadsigns', sha256: 'ab'.repeat(32) },
};

function result(index: number, truth?: number): ResultPayload {
  const top = [
    { label: `class ${index}`, index, probability: 0.75 },
    { label: 'other', index: 99, probability: 0.25 },
  ];
  const latencyMs = { preprocess: 1.5, inference: 2.5, total: 6.25 };
  const known = truth === undefined ? {} : { truth: { index: truth, label: `class ${truth}` } };
  return { ...common, top, latencyMs, backend: 'neon', ...known };
}

const event: EventPayload = {
  ...common,
  sequence: 1,
  before: null,
  after: { label: 'stop', index: 14, probability: 0.9 },
};

/** What a terminal shows after the escape sequences that the view uses: up, clear below, text. */
function screen(written: string): string[] {
  const lines: string[] = [''];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is made of them
  for (const [token] of written.matchAll(/\x1b\[(\d+)A|\x1b\[\??\d*[a-zA-Z]|\r|\n|[^\x1b\r\n]+/g)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is made of them
    const up = /\x1b\[(\d+)A/.exec(token)?.[1];
    if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up));
    else if (token === '\n') lines.push('');
    else if (!token.startsWith('\x1b') && token !== '\r') lines[lines.length - 1] += token;
  }
  return lines;
}

describe('the live view', () => {
  it('redraws in place; log lines and changes of class stay above', () => {
    let written = '';
    const view = new LiveView({ columns: 80, write: (text) => (written += text) });
    view.result(result(3, 3));
    view.line('a log line\n');
    view.result(result(4, 3));
    view.event(event);
    view.close();
    const lines = screen(written);
    expect(lines[0]).toBe('a log line');
    expect(lines[1]).toMatch(/no class -> stop \(90\.0 %\)/);
    expect(lines.filter((line) => line.includes('gate frame 7'))).toHaveLength(1);
    expect(lines.some((line) => /█+ +75\.0 % {2}class 4/.test(line))).toBe(true);
    expect(lines.some((line) => line.includes('6.3 ms') && line.includes('50.0 % of 2 right'))).toBe(true);
    expect(written.endsWith('\x1b[?25h')).toBe(true);
  });

  it('never writes a line wider than the terminal', () => {
    let written = '';
    const view = new LiveView({ columns: 40, write: (text) => (written += text) });
    view.result(result(3, 3));
    view.close();
    for (const line of screen(written)) expect(line.length).toBeLessThan(40);
  });

  it('draws bars of one width, to an eighth of a cell', () => {
    for (const fraction of [0, 0.001, 0.013, 0.5, 0.999, 1, 7, -1]) expect([...bar(fraction)]).toHaveLength(24);
    expect(bar(0.5)).toBe(`${'█'.repeat(12)}${' '.repeat(12)}`);
    expect(bar(1 / 48)).toBe(`▌${' '.repeat(23)}`);
  });
});

describe('the plain view', () => {
  it('writes one line a change, and the accuracy at the end', () => {
    let written = '';
    const view = new PlainView((text) => (written += text));
    view.result(result(3, 3));
    view.event(event);
    view.close();
    const lines = written.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/no class -> stop \(90\.0 %\) {3}frame 7, .*6\.3 ms, really class 3/);
    expect(lines[1]).toBe('100.0 % of 1 right');
  });
});

describe('log lines for people', () => {
  it('have time, level where it matters, message and details', () => {
    const line = JSON.stringify({ level: 40, time: '2026-01-01T12:00:00.000Z', reason: 'refused', msg: 'no broker' });
    expect(humanLine(line)).toMatch(/^\d\d:\d\d:\d\d warning: no broker \(reason: refused\)\n$/);
    const error = JSON.stringify({ level: 30, time: '2026-01-01T12:00:00.000Z', err: { message: 'why' }, msg: 'x' });
    expect(humanLine(error)).toMatch(/^\d\d:\d\d:\d\d x \(error: why\)\n$/);
  });
});
