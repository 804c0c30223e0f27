import { existsSync } from 'node:fs';
import { loadConfigData } from '../config/load.js';
import { type Config, configSchema } from '../config/schema.js';
import { ConfigStore } from '../config/store.js';
import { messageOf } from '../util/error.js';
import type { ConfigSource } from './check.js';

/** Where the services of deploy/ keep their configuration. */
const installedConfig = '/etc/zynqnetd/zynqnetd.yaml';

export interface Loaded {
  readonly config: Config;
  readonly source: ConfigSource;
}

/**
 * The configuration as the daemon sees it, stored changes included. Without a file the installed service's, where there
 * is one. What cannot be used becomes a finding, not an error: the defaults are then used instead.
 */
export function loadSource(
  given: string | undefined,
  settings: readonly string[],
  installed = installedConfig,
): Loaded {
  const file = given ?? (existsSync(installed) ? installed : undefined);
  const defaults = configSchema.parse({});
  try {
    const { data, warnings } = loadConfigData(file, settings);
    const { stateFolder } = new ConfigStore(data, undefined, file).config.device;
    // Opening a store makes its folder; the doctor changes nothing.
    const stored = stateFolder !== null && existsSync(stateFolder);
    const store = stored ? ConfigStore.open(data, file) : new ConfigStore(data, undefined, file);
    return {
      config: store.config,
      source: { file, overlayProblems: store.problems, olderNames: [...warnings, ...store.warnings] },
    };
  } catch (error) {
    const forbidden = /EACCES|EPERM/.test(messageOf(error));
    return { config: defaults, source: { file, problem: messageOf(error), forbidden, overlayProblems: [] } };
  }
}
