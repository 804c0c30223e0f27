import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exampleYaml, schemaJson } from '../../../../daemon/config/example.js';
import { checkConfig, parseConfigText } from '../../../../daemon/config/load.js';

const docs = new URL('../../../../docs/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, docs), 'utf8');

describe('what is generated from the schema', () => {
  it('agrees with docs/ (else: npm run generate)', () => {
    expect(read('zynqnetd.example.yaml')).toBe(exampleYaml());
    expect(read('zynqnetd.schema.json')).toBe(schemaJson());
  });

  it('is an example that says nothing but the defaults', () => {
    expect(checkConfig(parseConfigText(exampleYaml(), 'example'))).toEqual(checkConfig({}));
  });

  it('gives every key a description, an effect and a default', () => {
    const problems: string[] = [];
    const visit = (node: Record<string, unknown>, path: string) => {
      if (typeof node.description !== 'string') problems.push(`${path}: no description`);
      const isKey = 'effect' in node;
      if (isKey && (!('default' in node) || !['live', 'pipeline', 'process'].includes(String(node.effect))))
        problems.push(path);
      if (!isKey && node.properties === undefined) problems.push(`${path}: neither key nor group`);
      if (isKey) return;
      for (const [name, child] of Object.entries(node.properties ?? {})) visit(child, `${path}.${name}`);
    };
    const { properties } = JSON.parse(schemaJson());
    for (const [name, child] of Object.entries(properties)) visit(child as Record<string, unknown>, name);
    expect(problems).toEqual([]);
  });

  it('is mentioned, group by group, in docs/configuration.md', () => {
    const page = read('configuration.md');
    for (const group of Object.keys(checkConfig({}))) expect(page).toContain(`\`${group}\``);
  });
});
