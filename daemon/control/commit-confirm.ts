import type { Logger } from 'pino';
import { showInFrames } from '../config/define.js';
import { targetsOf } from '../config/lookup.js';
import type { ConfigChange, ConfigStore, Proposal } from '../config/store.js';
import type { Alert } from '../monitoring/alerts.js';
import type { FrameWatch, Seen } from './frame-watch.js';
import type { Requester } from './inbox.js';
import { type Reply, RequestError } from './reply.js';

export interface CommitConfirmOptions {
  readonly store: ConfigStore;
  readonly frames: FrameWatch;
  /** Resolves when the running parts have followed the last change; rejects if they could not. */
  readonly settled: () => Promise<void>;
  /** SHA-256 of the model in service. */
  readonly model: () => string | undefined;
  /** What is wrong now. */
  readonly alerts: () => readonly Pick<Alert, 'id' | 'message'>[];
  /** True from the start of a trial to its end: frames are wanted, whatever the hour. */
  readonly trying: (active: boolean) => void;
  /** After each outcome. */
  readonly decided: () => void;
  readonly restart: (reason: string) => void;
  /** Throws `RequestError` when the last start was too short ago. */
  readonly checkRestart: () => void;
  readonly log: Logger;
}

/** Frames within this time before a change mean that the pipeline is running: it must then run afterwards too. */
const flowingMs = 5000;
const mostQueued = 12;

/**
 * Changes of the configuration, one after the other, each as a trial: put into effect, watched until it has produced
 * healthy frames, then kept; or taken back. A change that needs a restart is left for the next start to try.
 */
export class CommitConfirm {
  readonly #options: CommitConfirmOptions;
  readonly #abort = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #restarting = false;

  constructor(options: CommitConfirmOptions) {
    this.#options = options;
  }

  /** Ends the trial under way without a decision: a change that was not confirmed is not kept. */
  close(): void {
    this.#abort.abort();
  }

  /** `propose` is called when it is this change's turn; what it throws is thrown here. */
  run(propose: () => Proposal, requester: Requester): Promise<Reply> {
    if (this.#queued >= mostQueued) throw new RequestError(429, 'too many changes are waiting; ask again later');
    this.#queued += 1;
    const turn = this.#last.then(() => this.#try(propose(), requester));
    this.#last = turn
      .catch(() => {})
      .then(() => {
        this.#queued -= 1;
      });
    return turn;
  }

  /**
   * After a start that tries a change out: confirms it once `healthy` holds, or takes it back by another restart.
   * Resolves to the reply that the sender of the change is owed, or undefined if there is none now.
   */
  async confirmStart(connected: () => boolean): Promise<{ requester: Requester; reply: Reply } | undefined> {
    const { store, log, restart } = this.#options;
    const failed = store.trialFile?.failed;
    if (failed !== undefined) {
      store.trialFile?.clear();
      const message = `taken back: ${failed.reason}`;
      log.error({ revision: failed.overlay.revision }, `a change of the configuration was ${message}`);
      return {
        requester: requesterOf(failed.answer),
        reply: { code: 422, message, revision: store.revision, effect: 'process' },
      };
    }
    const trial = store.startedTrial;
    if (trial === undefined) return undefined;
    const work = this.#confirmStarted(connected, trial.frames);
    this.#last = work; // a change that comes meanwhile waits
    const problem = await work;
    if (this.#abort.signal.aborted) return undefined;
    if (problem === undefined) {
      const message = 'in effect and confirmed after the restart';
      return {
        requester: requesterOf(trial.answer),
        reply: { code: 200, message, revision: store.revision, effect: 'process' },
      };
    }
    store.trialFile?.write({ ...trial, state: 'failed', reason: problem });
    this.#restarting = true;
    restart(`a change of the configuration did not work out: ${problem}`);
    return undefined;
  }

  async #confirmStarted(connected: () => boolean, wanted: boolean): Promise<string | undefined> {
    const { store, frames, trying, decided } = this.#options;
    const { trialSeconds, trialFrames } = store.config.remote;
    const limitMs = trialSeconds * 1000;
    trying(true);
    try {
      const end = performance.now() + limitMs;
      const came = !wanted || (await frames.waitFor(trialFrames, () => true, limitMs, this.#abort.signal));
      while (!connected() && performance.now() < end && !this.#abort.signal.aborted) await pause(50);
      if (this.#abort.signal.aborted) return undefined;
      if (!came) return `no ${trialFrames} healthy frames within ${trialSeconds} s of the start`;
      if (!connected()) return `no connection to the broker within ${trialSeconds} s of the start`;
      store.keep();
      return undefined;
    } catch (error) {
      return `it cannot be stored: ${messageOf(error)}`;
    } finally {
      trying(false);
      decided();
    }
  }

  async #try(proposal: Proposal, requester: Requester): Promise<Reply> {
    const { store, trying, decided } = this.#options;
    if (this.#restarting) throw new RequestError(503, 'the daemon is about to restart; ask again then');
    if (proposal.changed.length === 0) {
      return { code: 200, message: 'nothing changes', revision: store.revision, effect: proposal.effect };
    }
    const flowing = this.#options.frames.silentMs() < flowingMs;
    if (proposal.effect === 'process') return this.#stage(proposal, requester, flowing);
    const before = new Map(this.#options.alerts().map(({ id, message }) => [id, message]));
    trying(true);
    try {
      const change = store.apply(proposal);
      const problem = (await this.#watch(change, flowing, before)) ?? this.#newAlert(change, before);
      if (problem !== undefined) throw await this.#rollback(change, problem);
      try {
        store.keep();
      } catch (error) {
        await this.#rollback(change, messageOf(error));
        throw new RequestError(507, `taken back, because it cannot be stored: ${messageOf(error)}`);
      }
      return { code: 200, message: 'in effect', revision: store.revision, effect: change.effect };
    } finally {
      trying(false);
      decided();
    }
  }

  /** What is wrong with a change that is in effect, or undefined. */
  async #watch(
    { changed, effect, config }: ConfigChange,
    flowing: boolean,
    before: ReadonlyMap<string, string>,
  ): Promise<string | undefined> {
    const { frames, settled, model } = this.#options;
    const { trialSeconds, trialFrames } = config.remote;
    const end = performance.now() + trialSeconds * 1000;
    try {
      await within(trialSeconds * 1000, settled());
    } catch (error) {
      return messageOf(error);
    }
    // Frames cannot be asked of a camera that had none before, unless this change is about where they come from.
    const wanted = flowing || (effect === 'pipeline' && showInFrames(targetsOf(changed)));
    if (!wanted) return undefined;
    const sinceMs = performance.now();
    const healthy = ({ frame, result }: Seen) => frame.capturedMs >= sinceMs && result.model.sha256 === model();
    const came = await frames.waitFor(trialFrames, healthy, Math.max(500, end - sinceMs), this.#abort.signal);
    if (came) return undefined;
    const reasons = this.#options.alerts().filter(({ id, message }) => ofFrames.has(id) && before.get(id) !== message);
    const because = reasons.map(({ message }) => `; ${message}`).join('');
    return `no ${trialFrames} healthy frames within ${trialSeconds} s${because}`;
  }

  /** Frames may come all the same: the processor stands in for an accelerator that the change has put out of action. */
  #newAlert({ changed }: ConfigChange, before: ReadonlyMap<string, string>): string | undefined {
    if (!showInFrames(targetsOf(changed))) return undefined;
    const alert = this.#options.alerts().find(({ id }) => ofFrames.has(id) && !before.has(id));
    return alert === undefined ? undefined : `it raised an alert, ${alert.id}: ${alert.message}`;
  }

  async #rollback({ effect }: ConfigChange, problem: string): Promise<RequestError> {
    const { store, settled, log } = this.#options;
    store.revert();
    const after = await settled().then(
      () => '',
      (error: unknown) => `; what was before does not work either: ${messageOf(error)}`,
    );
    log.error({ reason: problem }, 'a change of the configuration was taken back');
    const refusal = new RequestError(422, `taken back: ${problem}${after}`);
    return Object.assign(refusal, { reply: { ...refusal.reply, revision: store.revision, effect } });
  }

  #stage(proposal: Proposal, requester: Requester, flowing: boolean): Reply {
    const { store, restart, checkRestart } = this.#options;
    checkRestart();
    try {
      store.stage(proposal, storedRequester(requester), flowing || showInFrames(targetsOf(proposal.changed)));
    } catch (error) {
      throw new RequestError(507, `a change that needs a restart cannot be stored: ${messageOf(error)}`);
    }
    this.#restarting = true;
    restart('a change of the configuration needs it');
    const message = 'the daemon restarts; the outcome follows with the same id';
    return { code: 202, message, revision: store.revision, effect: 'process' };
  }
}

/** Alerts about what frames go through. */
const ofFrames: ReadonlySet<string> = new Set(['camera', 'model', 'engine', 'preprocess', 'inference', 'delivery']);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not in effect within ${limitMs / 1000} s`)), limitMs);
  });
  await Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

type StoredRequester = Parameters<ConfigStore['stage']>[1];

function storedRequester({ id, responseTopic, correlationData }: Requester): StoredRequester {
  return {
    id,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: correlationData.toString('base64') }),
  };
}

function requesterOf({ id, responseTopic, correlationData }: StoredRequester): Requester {
  return {
    id,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: Buffer.from(correlationData, 'base64') }),
  };
}
