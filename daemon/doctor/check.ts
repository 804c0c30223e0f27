import type { Config } from '../config/schema.js';
import type { Network } from './broker-connection.js';
import type { Files } from './file-system.js';
import type { Finding } from './finding.js';
import type { Machine } from './machine.js';
import type { BuildFacts, Probe, ProcessingSystemFacts } from './probe/call-types.js';

/** Everything that a check may look at: nothing of the machine is reached in any other way, so tests bring their own. */
export interface Context {
  readonly files: Files;
  readonly machine: Machine;
  readonly network: Network;
  readonly probe: Probe;
  /** The effective configuration; the defaults where the file has mistakes, so that the other checks can still run. */
  readonly config: Config;
  readonly source: ConfigSource;
  /** What earlier checks have read, for later ones. */
  readonly facts: Facts;
}

interface Facts {
  processingSystem?: ProcessingSystemFacts;
  build?: BuildFacts;
}

/** Where the configuration came from and what was wrong with it. */
export interface ConfigSource {
  /** The file, or undefined: the built-in settings. */
  readonly file: string | undefined;
  /** Why the file cannot be used, each mistake a line. */
  readonly problem?: string;
  /** The file is there but this user may not read it. */
  readonly forbidden?: boolean;
  /** What was wrong with stored changes that were ignored. */
  readonly overlayProblems: readonly string[];
  /** What is written under an older name. */
  readonly olderNames?: readonly string[];
}

export type Group = 'program' | 'accelerator' | 'camera' | 'network' | 'system';

/** One line of the table. */
export interface Check {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Checks that must hold before this one may run: it is skipped with the reason otherwise. They stand before it. */
  readonly needs?: readonly string[];
  /** After this long it counts as failed, and the next one runs. */
  readonly limitMs: number;
  /** What to do when the limit passes; default: look at the kernel's log. */
  readonly hungRemedy?: string;
  /** May throw: that is a failed check. Ends early when `signal` is aborted (the limit has passed). */
  run(context: Context, signal: AbortSignal): Finding | Promise<Finding>;
}
