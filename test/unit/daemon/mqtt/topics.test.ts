import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { remoteTopics } from '../../../../daemon/mqtt/topics/remote-topics.js';
import { topics } from '../../../../daemon/mqtt/topics/topics.js';

const page = readFileSync(new URL('../../../../docs/topics.md', import.meta.url), 'utf8');

/** The section of one topic: from its heading to the next. */
function section(name: string): string {
  const start = page.indexOf(`\n## ${name}\n`);
  const end = page.indexOf('\n## ', start + 1);
  return start === -1 ? '' : page.slice(start, end === -1 ? undefined : end);
}

describe.each(Object.entries({ ...topics, ...remoteTopics }))(
  'docs/topics.md on %s',
  (name, { qos, retain, payload }) => {
    it('says how it is published', () => {
      expect(section(name)).toContain(`QoS ${qos}`);
      expect(/\bretained\b/.test(section(name).split('```')[0] ?? '')).toBe(retain);
    });

    it('shows an example that the catalogue accepts, with every key in it', () => {
      const example = /```json\n([\s\S]*?)```/.exec(section(name))?.[1] ?? '';
      const data = JSON.parse(example);
      (payload as z.ZodType).parse(data);
      expect(Object.keys(data).sort()).toEqual(Object.keys(payload.shape).sort());
    });
  },
);
