import { z } from 'zod';
import { ZynqnetError } from '../util/error.js';
import { valueAt } from './merge.js';
import { configSchema } from './schema.js';

/** One thing that is wrong with a configuration. */
export interface ConfigIssue {
  /** Dotted path of the key, e.g. `camera.v4l2.width`. */
  readonly path: string;
  readonly message: string;
}

/** Carries everything that is wrong, not just the first thing. */
export class ConfigError extends ZynqnetError {
  readonly issues: readonly ConfigIssue[];

  constructor(source: string, issues: readonly ConfigIssue[]) {
    const list = issues.map(({ path, message }) => `  ${path === '' ? '' : `${path}: `}${message}`).join('\n');
    super('CONFIG_INVALID', `${source} is not a valid configuration:\n${list}`);
    this.issues = issues;
  }
}

interface JsonSchemaNode {
  type?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  anyOf?: JsonSchemaNode[];
  items?: JsonSchemaNode;
  properties?: Record<string, JsonSchemaNode>;
}

let cached: JsonSchemaNode | undefined;

/** The JSON Schema of what a user may write (defaults are optional). */
export function configJsonSchema(): JsonSchemaNode {
  cached ??= z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchemaNode;
  return cached;
}

/** The schema of one key, or undefined where there is no such key. */
export function schemaAt(path: readonly PropertyKey[]): JsonSchemaNode | undefined {
  let node: JsonSchemaNode | undefined = configJsonSchema();
  for (const part of path) {
    const groups: JsonSchemaNode[] = node?.anyOf ?? (node ? [node] : []);
    const next = groups.map((group) => (typeof part === 'number' ? group.items : own(group.properties, String(part))));
    node = next.find((candidate) => candidate !== undefined);
  }
  return node;
}

function own<T>(record: Record<string, T> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** What a key accepts, in words: `integer from 1 to 65535`, `"scene", "v4l2" or null`. */
export function allowedText(node: JsonSchemaNode | undefined): string {
  if (node === undefined) return 'nothing';
  if (node.anyOf) return [...new Set(node.anyOf.map(allowedText))].join(' or ');
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(', ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.type === 'number' || node.type === 'integer') return `${node.type} from ${node.minimum} to ${node.maximum}`;
  if (node.type === 'string') {
    if (node.format === 'uri') return 'an address (URL)';
    if (node.pattern) return `text that matches ${node.pattern}`;
    return node.maxLength ? `text of at most ${node.maxLength} characters` : 'text';
  }
  if (node.type === 'array') return `a list (at most ${node.maxItems}) of ${allowedText(node.items)}`;
  if (node.type === 'object') return `a group with the keys ${Object.keys(node.properties ?? {}).join(', ')}`;
  return node.type ?? 'anything';
}

function givenText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Zod's findings as sentences: which key, what was given, what is allowed. */
export function describeIssues(error: z.ZodError, given: unknown): ConfigIssue[] {
  return error.issues.flatMap((issue): ConfigIssue[] => {
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(groupProperties(issue.path));
      return issue.keys.map((name) => ({
        path: [...issue.path, name].join('.'),
        message: `unknown key; known here: ${known.join(', ')}`,
      }));
    }
    const what = issue.code === 'custom' ? issue.message : `allowed is ${allowedText(schemaAt(issue.path))}`;
    return [{ path: issue.path.join('.'), message: `given ${givenText(valueAt(given, issue.path))}, ${what}` }];
  });
}

function groupProperties(path: readonly PropertyKey[]): Record<string, JsonSchemaNode> {
  const node = schemaAt(path);
  return node?.properties ?? node?.anyOf?.find((part) => part.properties)?.properties ?? {};
}
