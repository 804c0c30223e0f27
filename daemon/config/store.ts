import type { ConfigIssue } from './issues.js';
import { ConfigError, schemaAt } from './issues.js';
import type { Effect } from './keys.js';
import { checkConfig } from './load.js';
import { changedPaths, leafPaths, mergePatch } from './merge.js';
import { emptyOverlay, FileOverlay, MemoryOverlay, type Overlay, type OverlayStorage } from './overlay.js';
import type { Config } from './schema.js';

/** A checked change that has not been made yet. */
export interface Proposal {
  readonly config: Config;
  readonly patch: Record<string, unknown>;
  readonly changed: readonly string[];
  /** The strongest effect of the changed keys. */
  readonly effect: Effect;
}

export interface ConfigChange extends Proposal {
  readonly previous: Config;
  readonly revision: number;
}

type Listener = (change: ConfigChange) => void;

const strength: readonly Effect[] = ['live', 'pipeline', 'process'];

/** The effect of a change of these dotted paths: the strongest of its keys. */
export function effectOf(paths: readonly string[]): Effect {
  const effects = paths.map((path) => strength.indexOf(keyMeta(path).effect));
  return strength[Math.max(0, ...effects)] ?? 'process';
}

/** Effect and remote permission of the key that holds a path (a path may lead inside a key's value). */
export function keyMeta(path: string): { effect: Effect; remote: boolean } {
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const node = schemaAt(parts.slice(0, length)) as { effect?: Effect; remote?: boolean } | undefined;
    if (node?.effect) return { effect: node.effect, remote: node.remote === true };
  }
  return { effect: 'process', remote: false };
}

/**
 * The one place that knows the effective configuration: the local file (never rewritten) under an overlay of changes.
 * A change is proposed (checked), then applied (listeners told), then kept (written) or reverted: a trial is
 * `apply`, wait, then `keep` or `revert`.
 */
export class ConfigStore {
  readonly #base: unknown;
  readonly #storage: OverlayStorage;
  readonly #listeners = new Set<Listener>();
  #kept: Overlay;
  #overlay: Overlay;
  #config: Config;
  /** What was wrong with stored overlays that had to be passed over. */
  readonly problems: readonly string[];

  constructor(base: unknown, storage: OverlayStorage = new MemoryOverlay(), source?: string) {
    const local = checkConfig(base, source);
    this.#base = base;
    this.#storage = storage;
    const { overlay, problems } = storage.read((candidate) => this.#fits(candidate));
    this.problems = problems;
    this.#kept = overlay;
    this.#overlay = overlay;
    this.#config = overlay === emptyOverlay ? local : checkConfig(mergePatch(base, overlay.patch));
  }

  /** A store for a checked local configuration, with the overlay in its state folder if it names one. */
  static open(base: unknown, source?: string): ConfigStore {
    const folder = checkConfig(base, source).device.stateFolder;
    return new ConfigStore(base, folder === null ? new MemoryOverlay() : new FileOverlay(folder), source);
  }

  get config(): Config {
    return this.#config;
  }

  get revision(): number {
    return this.#overlay.revision;
  }

  /** Checks a merge patch (null: back to the default) over the present overlay; throws `ConfigError` with every mistake. */
  propose(patch: Record<string, unknown>): Proposal {
    const merged = mergePatch(this.#overlay.patch, patch, { nullRemoves: false }) as Record<string, unknown>;
    const config = checkConfig(mergePatch(this.#base, merged), 'the patch');
    const changed = changedPaths(this.#config, config);
    return { config, patch: merged, changed, effect: effectOf(changed) };
  }

  /** Those paths of a patch that only the local file may set. */
  localOnly(patch: Record<string, unknown>): ConfigIssue[] {
    return leafPaths(patch)
      .filter((path) => !keyMeta(path).remote)
      .map((path) => ({ path, message: 'can only be set in the local file' }));
  }

  /** Puts a proposal into effect; it is forgotten at a restart until `keep` is called. */
  apply(proposal: Proposal): ConfigChange {
    return this.#switch({ revision: this.#overlay.revision + 1, patch: proposal.patch }, proposal);
  }

  /** Makes what is in effect permanent. Throws if it cannot be written (it then stays a trial). */
  keep(): void {
    this.#storage.write(this.#overlay);
    this.#kept = this.#overlay;
  }

  /** Back to what was kept last. */
  revert(): void {
    if (this.#overlay === this.#kept) return;
    const config = checkConfig(mergePatch(this.#base, this.#kept.patch));
    const changed = changedPaths(this.#config, config);
    this.#switch(this.#kept, { config, patch: this.#kept.patch, changed, effect: effectOf(changed) });
  }

  /** Calls `listener` after each change; returns how to stop that. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #switch(overlay: Overlay, proposal: Proposal): ConfigChange {
    const previous = this.#config;
    this.#overlay = overlay;
    this.#config = proposal.config;
    const change = { ...proposal, previous, revision: overlay.revision };
    for (const listener of this.#listeners) listener(change);
    return change;
  }

  #fits(overlay: Overlay): boolean {
    try {
      checkConfig(mergePatch(this.#base, overlay.patch));
      return true;
    } catch (error) {
      if (error instanceof ConfigError) return false;
      throw error;
    }
  }
}
