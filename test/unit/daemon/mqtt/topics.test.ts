import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { requests, topics } from '../../../../daemon/mqtt/topics/topics.js';

const page = readFileSync(new URL('../../../../docs/topics.md', import.meta.url), 'utf8');

/** The section of one topic: from its heading to the next. */
function section(name: string): string {
  const start = page.indexOf(`\n## ${name}\n`);
  const end = page.indexOf('\n## ', start + 1);
  return start === -1 ? '' : page.slice(start, end === -1 ? undefined : end);
}

const names = Object.keys(topics) as (keyof typeof topics)[];
const documented = names.flatMap((name) => {
  const { payload, ...how } = topics[name];
  return payload === undefined || name === 'command/response' ? [] : [[name, { ...how, payload }] as const];
});

describe.each(documented)('docs/topics.md on %s', (name, { qos, retain, payload }) => {
  it('says how it is published', () => {
    expect(section(name.replace('+', '<id>'))).toContain(`QoS ${qos}`);
    expect(/\bretained\b/.test(section(name.replace('+', '<id>')).split('```')[0] ?? '')).toBe(retain);
  });

  it('shows an example that the catalogue accepts, with every key in it', () => {
    const example = /```json\n([\s\S]*?)```/.exec(section(name.replace('+', '<id>')))?.[1] ?? '';
    const data = JSON.parse(example);
    (payload as z.ZodType).parse(data);
    expect(Object.keys(data).sort()).toEqual(Object.keys(payload.shape).sort());
  });
});

it('docs/topics.md names every topic, and what a device listens to', () => {
  for (const name of names) expect(page).toMatch(new RegExp(`(\\n## |\`)${name.replace('+', '<id>')}(\\n|\`)`));
  const listens = section('What a device listens to');
  for (const name of requests) {
    const shown = name.startsWith('command/') ? 'command/…' : name.replace(/\+.*/, '…');
    expect(listens).toContain(`\`${shown}\``);
  }
});
