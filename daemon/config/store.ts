import { CandidateFile, type StoredCandidate } from './candidate-file.js';
import type { Effect } from './define.js';
import { ConfigError } from './issues.js';
import { checkConfig } from './load.js';
import { effectOf } from './lookup.js';
import { changedPaths, mergePatch } from './merge.js';
import { emptyOverlay, FileOverlay, MemoryOverlay, type Overlay, type OverlayStorage } from './overlay.js';
import { type PatchIssue, remoteIssues, shown } from './remote-rules.js';
import { noticeText, type RenameNotice, renewNames } from './renamed.js';
import type { Config } from './schema.js';

/** A checked change that has not been made yet. */
export interface Proposal {
  readonly config: Config;
  readonly patch: Record<string, unknown>;
  readonly changed: readonly string[];
  /** The strongest effect of the changed keys. */
  readonly effect: Effect;
  /** What the patch named by an older name. */
  readonly notices: readonly RenameNotice[];
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
 * A change is proposed (checked), then applied (in effect, and listeners called), then confirmed (written) or rolled
 * back. What is in effect and not yet confirmed is the candidate.
 */
export class ConfigStore {
  readonly #base: unknown;
  readonly #local: Config;
  readonly #storage: OverlayStorage;
  readonly #candidateFile: CandidateFile | undefined;
  readonly #listeners = new Set<Listener>();
  #confirmed: Overlay;
  #overlay: Overlay;
  #config: Config;
  #candidate: StoredCandidate | undefined;
  /** What was wrong with stored overlays that could not be used. */
  readonly problems: readonly string[];
  /** What the local file, or a stored overlay, names by an older name. */
  readonly warnings: readonly string[];

  constructor(
    base: unknown,
    storage: OverlayStorage = new MemoryOverlay(),
    source?: string,
    candidateFile: CandidateFile | undefined = undefined,
  ) {
    const warnings: string[] = [];
    const renew = <T>(data: T, from: string): T => {
      const renewed = renewNames(data);
      warnings.push(...renewed.notices.map((notice) => noticeText(from, notice)));
      return renewed.data;
    };
    const renewOverlay = (overlay: Overlay): Overlay => {
      const patch = renew(overlay.patch, 'a stored change');
      return patch === overlay.patch ? overlay : { ...overlay, patch };
    };
    this.#base = renew(base, source ?? 'the configuration');
    this.#local = checkConfig(this.#base, source);
    this.#storage = storage;
    this.#candidateFile = candidateFile;
    const fits = (overlay: Overlay) => this.#fits(overlay);
    const { overlay, problems } = storage.read(fits);
    this.#confirmed = renewOverlay(overlay);
    this.#candidate = candidateFile?.begin(overlay.revision, fits, problems);
    this.#overlay = this.#candidate === undefined ? this.#confirmed : renewOverlay(this.#candidate.overlay);
    this.#config = this.#overlay === emptyOverlay ? this.#local : this.#over(this.#overlay.patch);
    this.problems = problems;
    this.warnings = warnings;
  }

  /** A store for a checked local configuration, with the overlay in its state folder if it names one. */
  static open(base: unknown, source?: string): ConfigStore {
    const folder = checkConfig(base, source).device.stateFolder;
    if (folder === null) return new ConfigStore(base, new MemoryOverlay(), source);
    return new ConfigStore(base, new FileOverlay(folder), source, new CandidateFile(folder));
  }

  get config(): Config {
    return this.#config;
  }

  /** The same as a function, for parts that only read. */
  readonly current = (): Config => this.#config;

  get revision(): number {
    return this.#overlay.revision;
  }

  /** Checks a merge patch (null: back to the default) over the present overlay; throws `ConfigError` with every mistake. */
  propose(patch: Record<string, unknown>): Proposal {
    const { data, notices } = renewNames(patch);
    const merged = mergePatch(this.#overlay.patch, data, { nullRemoves: false }) as Record<string, unknown>;
    return { ...this.proposeReplacement(merged), notices };
  }

  /**
   * The same for a patch that came by message: throws `PatchError` with every mistake, be it an unknown key, one that
   * only the local file may set, or a wrong value.
   */
  proposeRemote(patch: Record<string, unknown>): Proposal {
    const issues = remoteIssues(renewNames(patch).data, this.#local, 'at change');
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
  proposeReplacement(patch: Record<string, unknown>): Proposal {
    const config = this.#over(patch);
    const changed = changedPaths(this.#config, config);
    return { config, patch, changed, effect: effectOf(changed), notices: [] };
  }

  /** What messages have changed, as a patch over the local file. */
  get patch(): Record<string, unknown> {
    return this.#overlay.patch;
  }

  /** The accepted patch before the present one, as far as it is known. */
  previousPatch(): Record<string, unknown> | undefined {
    return renewNames(this.#storage.previous()?.patch).data;
  }

  /** The configuration of the local file alone. */
  get local(): Config {
    return this.#local;
  }

  /** Where a change that needs a restart waits for it; undefined without a state folder. */
  get candidateFile(): CandidateFile | undefined {
    return this.#candidateFile;
  }

  /** The change that this start tries: in effect, not yet confirmed. */
  get candidate(): StoredCandidate | undefined {
    return this.#candidate;
  }

  /** Puts a proposal into effect; a restart forgets it until `confirm` is called. */
  apply(proposal: Proposal): ConfigChange {
    return this.#switch({ revision: this.#overlay.revision + 1, patch: proposal.patch }, proposal);
  }

  /** Makes what is in effect permanent. Throws if it cannot be written (it then stays a candidate). */
  confirm(): void {
    this.#storage.write(this.#overlay);
    this.#confirmed = this.#overlay;
    this.#candidateFile?.clear();
    this.#candidate = undefined;
  }

  /** Leaves a proposal for the next start to try; `frames`: it must bring some. Throws if it cannot be written, or there is no state folder. */
  stage(proposal: Proposal, requester: StoredCandidate['answer'], frames: boolean): void {
    if (this.#candidateFile === undefined) throw new Error('there is no state folder: set device.stateFolder');
    const overlay = { revision: this.#overlay.revision + 1, patch: proposal.patch };
    this.#candidateFile.write({ state: 'staged', overlay, answer: requester, frames });
  }

  /** Back to what was confirmed last; returns the change that this is, if it is one. */
  rollback(): ConfigChange | undefined {
    if (this.#overlay === this.#confirmed) return undefined;
    return this.#switch(this.#confirmed, this.proposeReplacement(this.#confirmed.patch));
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

  /** The configuration with this patch over the local file. */
  #over(patch: Record<string, unknown>): Config {
    return checkConfig(mergePatch(this.#base, patch), 'the patch');
  }

  #fits(overlay: Overlay): boolean {
    const patch = renewNames(overlay.patch).data;
    try {
      this.#over(patch);
      return remoteIssues(patch, this.#local).length === 0;
    } catch (error) {
      if (error instanceof ConfigError) return false;
      throw error;
    }
  }
}
