import { stringify } from 'yaml';
import { allowedText, configJsonSchema, schemaAt } from './issues.js';
import { checkConfig } from './load.js';

interface Node {
  description?: string;
  effect?: string;
  remote?: boolean;
  remoteRule?: string;
  properties?: Record<string, Node>;
}

const effects: Record<string, string> = {
  live: 'at once',
  pipeline: 'restarts camera and engine',
  process: 'needs a restart of the daemon',
};

/** The configuration with every key at its default, each under a comment that explains it. */
export function exampleYaml(): string {
  const lines = [
    '# Every key of zynqnetd with its default. All are optional: write down only what differs.',
    '# Generated from daemon/config by `npm run generate`; a test checks that they agree.',
    '# "remote" keys can also be changed by message, others only here.',
  ];
  const defaults = checkConfig({}) as unknown as Record<string, unknown>;
  writeGroup(lines, configJsonSchema() as Node, defaults, []);
  return `${lines.join('\n')}\n`;
}

function writeGroup(lines: string[], node: Node, values: Record<string, unknown>, path: string[]): void {
  const indent = '  '.repeat(path.length);
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const value = values[name];
    if (path.length === 0) lines.push('');
    if (child.effect === undefined) {
      lines.push(`${indent}# ${child.description}`, `${indent}${name}:`);
      writeGroup(lines, child, value as Record<string, unknown>, [...path, name]);
    } else {
      const allowed = allowedText(schemaAt([...path, name]));
      const remote = child.remote ? `; remote${child.remoteRule ? `: ${child.remoteRule}` : ''}` : '';
      const notes = `${allowed}; ${effects[child.effect]}${remote}`;
      lines.push(`${indent}# ${child.description}`, `${indent}# (${notes})`);
      lines.push(`${indent}${name}: ${stringify(value, { collectionStyle: 'flow' }).trimEnd()}`);
    }
  }
}

/** The JSON Schema as a file, for editors and for the `config/schema` topic. */
export function schemaJson(): string {
  return `${JSON.stringify({ title: 'zynqnetd configuration', ...configJsonSchema() }, null, 2)}\n`;
}
