import { type Network, realNetwork } from './broker-connection.js';
import type { Context } from './check.js';
import { checksFor } from './checks/checks-for.js';
import { type Loaded, loadSource } from './config-source.js';
import { Files } from './file-system.js';
import type { Result } from './finding.js';
import { type Machine, thisMachine } from './machine.js';
import type { Probe } from './probe/call-types.js';
import { startProbe } from './probe/client.js';
import { type RunOptions, runChecks } from './runner.js';

export interface DoctorOptions extends RunOptions {
  readonly configFile?: string;
  readonly settings?: readonly string[];
}

/** What tests put in place of the real machine. */
export interface Surroundings {
  readonly files: Files;
  readonly machine: Machine;
  readonly network: Network;
  readonly probe: Probe;
  readonly loaded: Loaded;
}

/** Looks at everything and changes nothing. Always ends. Throws RangeError for an unknown name in `only`. */
export async function examine(options: DoctorOptions, given: Partial<Surroundings> = {}): Promise<Result[]> {
  const loaded = given.loaded ?? loadSource(options.configFile, options.settings ?? []);
  const probe = given.probe ?? startProbe();
  const context: Context = {
    files: given.files ?? new Files(),
    machine: given.machine ?? thisMachine(),
    network: given.network ?? realNetwork,
    probe,
    ...loaded,
    facts: {},
  };
  try {
    return await runChecks(checksFor(loaded.config), context, options);
  } finally {
    probe.close();
  }
}
