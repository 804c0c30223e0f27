import { readFileSync, statSync } from 'node:fs';
import { LineCounter, parse, parseDocument } from 'yaml';
import { ZynqnetError } from '../util/error.js';
import { ConfigError, describeIssues } from './issues.js';
import { mergePatch } from './merge.js';
import { type Config, configSchema } from './schema.js';

const maxFileBytes = 1 << 20;

/** Checks plain data (YAML or JSON) against the schema; throws `ConfigError` listing every mistake. */
export function checkConfig(data: unknown, source = 'the configuration'): Config {
  const result = configSchema.safeParse(data ?? {});
  if (!result.success) throw new ConfigError(source, describeIssues(result.error, data));
  return result.data;
}

/** Plain data of a YAML file, not yet checked against the schema. */
function readConfigFile(file: string): unknown {
  let text: string;
  try {
    if (statSync(file).size > maxFileBytes) throw new Error(`it is larger than ${maxFileBytes} bytes`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ZynqnetError('CONFIG_FILE', `cannot read the configuration file ${file}: ${reason}`);
  }
  return parseConfigText(text, file);
}

export function parseConfigText(text: string, source: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { path: `line ${line}, column ${col}`, message: error.message };
    });
    throw new ConfigError(source, issues);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError(source, [{ path: '', message: error instanceof Error ? error.message : String(error) }]);
  }
}

/** `camera.fps=5` as a merge patch; the value is read as YAML, so that numbers, true and null are what they look like. */
export function settingPatch(setting: string): Record<string, unknown> {
  const split = setting.indexOf('=');
  const names = setting.slice(0, split).trim().split('.');
  if (split < 1 || names.includes('')) {
    throw new ConfigError(`--set ${setting}`, [{ path: '', message: 'expected key=value, e.g. camera.source=v4l2' }]);
  }
  let value: unknown;
  try {
    value = parse(setting.slice(split + 1));
  } catch {
    value = setting.slice(split + 1);
  }
  return names.reduceRight<unknown>((inner, name) => Object.fromEntries([[name, inner]]), value ?? null) as Record<
    string,
    unknown
  >;
}

/** A file (or none) with `--set` arguments over it. Null in `--set` means null, not "remove". */
export function loadConfigData(file: string | undefined, settings: readonly string[]): unknown {
  const base = file === undefined ? {} : (readConfigFile(file) ?? {});
  return settings.reduce<unknown>(
    (data, setting) => mergePatch(data, settingPatch(setting), { nullRemoves: false }),
    base,
  );
}
