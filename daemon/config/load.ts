import { readFileSync, statSync } from 'node:fs';
import { LineCounter, parse, parseDocument } from 'yaml';
import { messageOf, ZynqnetError } from '../util/error.js';
import { ConfigError, describeIssues } from './issues.js';
import { mergePatch, patchAt } from './merge.js';
import { noticeText, renewNames } from './renamed.js';
import { type Config, configSchema } from './schema.js';

const maxFileBytes = 1 << 20;

/** Checks plain data (YAML or JSON) against the schema; throws `ConfigError` listing every mistake. */
export function checkConfig(data: unknown, source = 'the configuration'): Config {
  const renewed = renewNames(data).data;
  const result = configSchema.safeParse(renewed ?? {});
  if (!result.success) throw new ConfigError(source, describeIssues(result.error, renewed));
  return result.data;
}

/** Plain data of a YAML file, not yet checked against the schema. */
function readConfigFile(file: string): unknown {
  let text: string;
  try {
    if (statSync(file).size > maxFileBytes) throw new Error(`it is larger than ${maxFileBytes} bytes`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ZynqnetError('CONFIG_FILE', `cannot read the configuration file ${file}: ${messageOf(error)}`);
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
    throw new ConfigError(source, [{ path: '', message: messageOf(error) }]);
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
  return patchAt(names, value ?? null) as Record<string, unknown>;
}

/** Plain data with `--set` arguments over it. Null in `--set` means null, not "remove". */
export function mergeSettings(base: unknown, settings: readonly Record<string, unknown>[]): unknown {
  return settings.reduce<unknown>((data, setting) => mergePatch(data, setting, { nullRemoves: false }), base);
}

export interface LoadedData {
  readonly data: unknown;
  /** What is written under an older name. */
  readonly warnings: readonly string[];
}

/** A file (or none) with `--set` arguments over it, each with today's names. */
export function loadConfigData(file: string | undefined, settings: readonly string[]): LoadedData {
  const warnings: string[] = [];
  const renew = <T>(given: T, source: string): T => {
    const { data, notices } = renewNames(given);
    warnings.push(...notices.map((notice) => noticeText(source, notice)));
    return data;
  };
  const base = file === undefined ? {} : renew(readConfigFile(file) ?? {}, file);
  const patches = settings.map((setting) => renew(settingPatch(setting), '--set'));
  return { data: mergeSettings(base, patches), warnings };
}
