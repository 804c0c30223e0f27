import type { Effect } from './define.js';
import { ConfigError } from './issues.js';
import { checkConfig } from './load.js';
import { effectOf } from './lookup.js';
import { changedPaths, mergePatch } from './merge.js';
import { emptyOverlay, FileOverlay, MemoryOverlay, type Overlay, type OverlayStorage } from './overlay.js';
import { type PatchIssue, remoteIssues, shown } from './remote-rules.js';
import type { Config } from './schema.js';
import { type StoredTrial, TrialFile } from './trial-file.js';

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

/** A patch that a message may not make, with everything that is wrong with it. */
export class PatchError extends Error {
  readonly issues: readonly PatchIssue[];

  constructor(issues: readonly PatchIssue[]) {
    super('the patch is refused');
    this.issues = issues;
  }
}

/**
 * The one place that knows the effective configuration: the local file (never rewritten) under an overlay of changes.
 * A change is proposed (checked), then applied (listeners told), then kept (written) or reverted: a trial is
 * `apply`, wait, then `keep` or `revert`.
 */
export class ConfigStore {
  readonly #base: unknown;
  readonly #local: Config;
  readonly #storage: OverlayStorage;
  readonly #trialFile: TrialFile | undefined;
  readonly #listeners = new Set<Listener>();
  #kept: Overlay;
  #overlay: Overlay;
  #config: Config;
  #startedTrial: StoredTrial | undefined;
  /** What was wrong with stored overlays that had to be passed over. */
  readonly problems: readonly string[];

  constructor(
    base: unknown,
    storage: OverlayStorage = new MemoryOverlay(),
    source?: string,
    trialFile: TrialFile | undefined = undefined,
  ) {
    this.#local = checkConfig(base, source);
    this.#base = base;
    this.#storage = storage;
    this.#trialFile = trialFile;
    const { overlay, problems } = storage.read((candidate) => this.#fits(candidate));
    this.#kept = overlay;
    this.#startedTrial = trialFile?.begin(overlay.revision, (candidate) => this.#fits(candidate), problems);
    this.problems = problems;
    this.#overlay = this.#startedTrial?.overlay ?? overlay;
    this.#config = this.#overlay === emptyOverlay ? this.#local : checkConfig(mergePatch(base, this.#overlay.patch));
  }

  /** A store for a checked local configuration, with the overlay in its state folder if it names one. */
  static open(base: unknown, source?: string): ConfigStore {
    const folder = checkConfig(base, source).device.stateFolder;
    if (folder === null) return new ConfigStore(base, new MemoryOverlay(), source);
    return new ConfigStore(base, new FileOverlay(folder), source, new TrialFile(folder));
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

  /**
   * The same for a patch that came by message: throws `PatchError` with every mistake, be it an unknown key, one that
   * only the local file may set, or a wrong value.
   */
  proposeRemote(patch: Record<string, unknown>): Proposal {
    const issues = remoteIssues(patch, this.#local, 'at change');
    try {
      const proposal = this.propose(patch);
      if (issues.length === 0) return proposal;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const known = new Set(issues.map(({ path }) => path));
      for (const { path, message } of error.issues) {
        const shownPath = shown([path]);
        if (!known.has(shownPath)) issues.push({ path: shownPath, message, kind: 'invalid' });
      }
    }
    throw new PatchError(issues);
  }

  /** A proposal for exactly this patch over the local file, in place of what is in effect. */
  proposeInstead(patch: Record<string, unknown>): Proposal {
    const config = checkConfig(mergePatch(this.#base, patch), 'the patch');
    const changed = changedPaths(this.#config, config);
    return { config, patch, changed, effect: effectOf(changed) };
  }

  /** What messages have changed, as a patch over the local file. */
  get patch(): Record<string, unknown> {
    return this.#overlay.patch;
  }

  /** The accepted patch before the present one, as far as it is known. */
  previousPatch(): Record<string, unknown> | undefined {
    return this.#storage.previous()?.patch;
  }

  /** The configuration of the local file alone. */
  get local(): Config {
    return this.#local;
  }

  /** Where a change that needs a restart waits for it; undefined without a state folder. */
  get trialFile(): TrialFile | undefined {
    return this.#trialFile;
  }

  /** The change that this start tries out: in effect, not yet kept. */
  get startedTrial(): StoredTrial | undefined {
    return this.#startedTrial;
  }

  /** Puts a proposal into effect; it is forgotten at a restart until `keep` is called. */
  apply(proposal: Proposal): ConfigChange {
    return this.#switch({ revision: this.#overlay.revision + 1, patch: proposal.patch }, proposal);
  }

  /** Makes what is in effect permanent. Throws if it cannot be written (it then stays a trial). */
  keep(): void {
    this.#storage.write(this.#overlay);
    this.#kept = this.#overlay;
    this.#trialFile?.clear();
    this.#startedTrial = undefined;
  }

  /** Leaves a proposal for the next start to try out; `frames`: it must bring some. Throws if it cannot be written, or there is no state folder. */
  stage(proposal: Proposal, answer: StoredTrial['answer'], frames: boolean): void {
    if (this.#trialFile === undefined) throw new Error('there is no state folder: set device.stateFolder');
    const overlay = { revision: this.#overlay.revision + 1, patch: proposal.patch };
    this.#trialFile.write({ state: 'staged', overlay, answer, frames });
  }

  /** Back to what was kept last; returns the change that this is, if it is one. */
  revert(): ConfigChange | undefined {
    if (this.#overlay === this.#kept) return undefined;
    const config = checkConfig(mergePatch(this.#base, this.#kept.patch));
    const changed = changedPaths(this.#config, config);
    return this.#switch(this.#kept, { config, patch: this.#kept.patch, changed, effect: effectOf(changed) });
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
      return remoteIssues(overlay.patch, this.#local).length === 0;
    } catch (error) {
      if (error instanceof ConfigError) return false;
      throw error;
    }
  }
}
