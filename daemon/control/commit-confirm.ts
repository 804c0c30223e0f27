import type { Logger } from 'pino';
import { showInFrames } from '../config/define.js';
import { targetsOf } from '../config/lookup.js';
import type { ConfigChange, ConfigStore, Proposal } from '../config/store.js';
import { messageOf } from '../util/error.js';
import { sleepUntilAborted } from '../util/sleep.js';
import { ChangeHealth, type ChangeHealthOptions } from './change-health.js';
import type { Requester } from './inbox.js';
import { type Reply, RequestError } from './reply.js';
import { requesterOf, storedRequester } from './stored-requester.js';

export interface CommitConfirmOptions extends ChangeHealthOptions {
  readonly store: ConfigStore;
  /** True while a candidate waits for its frames: they are wanted, whatever the hour. */
  readonly holdOpen: (held: boolean) => void;
  /** After each outcome. */
  readonly decided: () => void;
  readonly restart: (reason: string) => void;
  /** Throws `RequestError` when the last start was too short ago. */
  readonly checkRestart: () => void;
  readonly log: Logger;
}

const maxQueued = 12;
const connectionPollMs = 50;

/**
 * Changes of the configuration, one after the other, each as a confirmed commit: the candidate is put into effect and
 * watched until it has produced healthy frames, then it is confirmed (stored); or it is rolled back. A change that
 * needs a restart is staged for the next start, which confirms it or rolls it back.
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

  /** Ends without a decision about the candidate: a change that was not confirmed is gone with the process. */
  close(): void {
    this.#abort.abort();
  }

  /** `propose` is called when it is this change's turn; what it throws is thrown here. */
  run(propose: () => Proposal, requester: Requester): Promise<Reply> {
    if (this.#queued >= maxQueued) throw new RequestError(429, 'too many changes are waiting; ask again later');
    this.#queued += 1;
    const turn = this.#last.then(() => this.#commit(propose(), requester));
    this.#last = turn
      .catch(() => {})
      .then(() => {
        this.#queued -= 1;
      });
    return turn;
  }

  /**
   * After a start with a candidate: confirms it once frames and the connection are there, or rolls it back by another
   * restart. Resolves to the reply that the requester of the change is still owed, or undefined if there is none now.
   */
  async confirmStart(connected: () => boolean): Promise<{ requester: Requester; reply: Reply } | undefined> {
    const { store, log, restart } = this.#options;
    const failed = store.candidateFile?.failed;
    if (failed !== undefined) {
      store.candidateFile?.clear();
      const message = `rolled back: ${failed.reason}`;
      log.error({ revision: failed.overlay.revision }, `a change of the configuration was ${message}`);
      const reply: Reply = { code: 422, message, revision: store.revision, effect: 'process' };
      return { requester: requesterOf(failed.answer), reply };
    }
    const { candidate } = store;
    if (candidate === undefined) return undefined;
    const work = this.#confirmCandidate(connected, candidate.frames);
    this.#last = work; // a change that comes meanwhile waits
    const problem = await work;
    if (this.#abort.signal.aborted) return undefined;
    if (problem === undefined) {
      const message = 'in effect and confirmed after the restart';
      const reply: Reply = { code: 200, message, revision: store.revision, effect: 'process' };
      return { requester: requesterOf(candidate.answer), reply };
    }
    store.candidateFile?.write({ ...candidate, state: 'failed', reason: problem });
    this.#restarting = true;
    restart(`a change of the configuration is rolled back: ${problem}`);
    return undefined;
  }

  /** Resolves to why the candidate of this start cannot be confirmed; to undefined if it is. */
  async #confirmCandidate(connected: () => boolean, framesNeeded: boolean): Promise<string | undefined> {
    const { store, frames, holdOpen, decided } = this.#options;
    const { trialSeconds, trialFrames } = store.config.remote;
    const limitMs = trialSeconds * 1000;
    const { signal } = this.#abort;
    holdOpen(true);
    try {
      const end = performance.now() + limitMs;
      const came = !framesNeeded || (await frames.waitFor(trialFrames, () => true, limitMs, signal));
      while (!connected() && performance.now() < end && !signal.aborted) {
        await sleepUntilAborted(connectionPollMs, signal);
      }
      if (signal.aborted) return undefined;
      if (!came) return `fewer than ${trialFrames} healthy frames within ${trialSeconds} s of the start`;
      if (!connected()) return `no connection to the broker within ${trialSeconds} s of the start`;
      store.confirm();
      return undefined;
    } catch (error) {
      return `it cannot be stored: ${messageOf(error)}`;
    } finally {
      holdOpen(false);
      decided();
    }
  }

  async #commit(proposal: Proposal, requester: Requester): Promise<Reply> {
    const { store, holdOpen, decided } = this.#options;
    if (this.#restarting) throw new RequestError(503, 'the daemon is about to restart; ask again then');
    if (proposal.changed.length === 0) {
      return { code: 200, message: 'nothing changes', revision: store.revision, effect: proposal.effect };
    }
    const health = new ChangeHealth(this.#options);
    if (proposal.effect === 'process') return this.#stage(proposal, requester, health.flowing);
    holdOpen(true);
    try {
      const change = store.apply(proposal);
      const problem = await health.problem(change, this.#abort.signal);
      if (problem !== undefined) throw await this.#rollback(change, problem);
      try {
        store.confirm();
      } catch (error) {
        await this.#rollback(change, messageOf(error));
        throw new RequestError(507, `rolled back, because it cannot be stored: ${messageOf(error)}`);
      }
      return { code: 200, message: 'in effect', revision: store.revision, effect: change.effect };
    } finally {
      holdOpen(false);
      decided();
    }
  }

  async #rollback({ effect }: ConfigChange, problem: string): Promise<RequestError> {
    const { store, settled, log } = this.#options;
    store.rollback();
    const after = await settled().then(
      () => '',
      (error: unknown) => `; the configuration before it does not work either: ${messageOf(error)}`,
    );
    log.error({ reason: problem }, 'a change of the configuration was rolled back');
    return new RequestError(422, `rolled back: ${problem}${after}`).with({ revision: store.revision, effect });
  }

  #stage(proposal: Proposal, requester: Requester, flowing: boolean): Reply {
    const { store, restart, checkRestart } = this.#options;
    checkRestart();
    try {
      const framesNeeded = flowing || showInFrames(targetsOf(proposal.changed));
      store.stage(proposal, storedRequester(requester), framesNeeded);
    } catch (error) {
      throw new RequestError(507, `a change that needs a restart cannot be stored: ${messageOf(error)}`);
    }
    this.#restarting = true;
    restart('a change of the configuration needs it');
    const message = 'the daemon restarts; the outcome follows with the same id';
    return { code: 202, message, revision: store.revision, effect: 'process' };
  }
}
