import type { AcceleratorCounters } from '../../../native/accelerator-types.js';
import { ZynqnetError } from '../../../util/error.js';
import { withTimeLimit } from '../../../util/time-limit.js';
import type { Engine } from '../engine.js';
import { type EngineEvent, type EngineState, nextState, runsFrames } from './engine-states.js';

export interface SupervisionOptions {
  /** Opens the wanted engine, again and again as needed. */
  readonly open: () => Promise<Engine>;
  /** Opens what stands in for it; undefined: nothing does. */
  readonly openStandIn: (() => Promise<Engine>) | undefined;
  readonly limits: () => EngineLimits;
  /** After each change of state; `reason` is the error that led to it. */
  readonly changed: (state: EngineState, reason: string) => void;
}

export interface EngineLimits {
  /** For one frame. */
  readonly frameMs: number;
  /** For a reset, a reload, an opening. */
  readonly stepMs: number;
  /** Frames must run for this long after a reset or reload before it counts as mended. */
  readonly steadyMs: number;
  /** While something stands in: between attempts to return. */
  readonly probeMs: number;
}

/** Since the engine was opened. */
export interface EngineCounts {
  readonly errors: number;
  readonly hangs: number;
  readonly retries: number;
  readonly resets: number;
  readonly reloads: number;
  readonly standIns: number;
  /** Returns from the stand-in to the wanted engine. */
  readonly returns: number;
}

/** Errors that say something about the frame or the caller, nothing about the engine. */
const notTheEnginesFault = new Set(['ENGINE_INPUT', 'ENGINE_CLOSED']);

/**
 * An engine that is mended when it fails: the frame is run once more, then the hardware reset, then reloaded, then the CPU
 * engine stands in, then `failed` is reported. A frame that hangs skips the retry. Each step has a time limit.
 */
export class SupervisedEngine implements Engine {
  readonly #options: SupervisionOptions;
  #engine: Engine;
  #state: EngineState = 'serving';
  #counts = { errors: 0, hangs: 0, retries: 0, resets: 0, reloads: 0, standIns: 0, returns: 0 };
  #lastError: string | null = null;
  #steppedMs = 0;
  /** Steps ended, and probes. */
  #steps = 0;
  #mending = false;

  private constructor(options: SupervisionOptions, engine: Engine) {
    this.#options = options;
    this.#engine = engine;
  }

  /** Rejects as `open` does: a first opening that fails is the caller's to judge. */
  static async open(options: SupervisionOptions): Promise<SupervisedEngine> {
    return new SupervisedEngine(options, await options.open());
  }

  /** As `open`, but a first opening that fails is no failure if something can stand in: the rest is up to the probes. */
  static async openOrStandIn(options: SupervisionOptions): Promise<SupervisedEngine> {
    try {
      return await SupervisedEngine.open(options);
    } catch (error) {
      const standIn = await options.openStandIn?.().catch(() => undefined);
      if (standIn === undefined) throw error;
      const engine = new SupervisedEngine(options, standIn);
      engine.#state = 'standingIn';
      engine.#lastError = messageOf(error);
      engine.#counts.standIns += 1;
      engine.#stepEnded();
      return engine;
    }
  }

  /** Of the engine that runs frames now. */
  get name(): string {
    return this.#engine.name;
  }

  status(): { state: EngineState; lastError: string | null } & EngineCounts {
    return { state: this.#state, lastError: this.#lastError, ...this.#counts };
  }

  async run(input: Uint8Array): Promise<Int32Array | Float32Array> {
    if (!runsFrames(this.#state)) throw this.#refusal();
    if (this.#state === 'standingIn' && this.#sinceStepMs() >= this.#options.limits().probeMs) void this.#probe(input);
    const engine = this.#engine;
    const steps = this.#steps;
    try {
      const logits = await this.#frame(engine, input);
      this.#succeeded();
      return logits;
    } catch (error) {
      // A frame from before the last step says nothing about what came of that.
      if (notTheEnginesFault.has(codeOf(error)) || steps !== this.#steps) throw error;
      return await this.#failed(engine, input, error);
    }
  }

  counters(): AcceleratorCounters | null {
    return this.#engine.counters?.() ?? null;
  }

  reset(): Promise<void> {
    return this.#engine.reset?.() ?? Promise.resolve();
  }

  reload(): Promise<void> {
    return this.#engine.reload?.() ?? Promise.resolve();
  }

  close(): void {
    this.#move('close', '');
    this.#engine.close();
  }

  #refusal(): ZynqnetError {
    if (this.#state === 'closed') return new ZynqnetError('ENGINE_CLOSED', 'the engine is closed');
    const why = this.#lastError ?? 'it failed';
    if (this.#state === 'failed') return new ZynqnetError('ENGINE_FAILED', `no engine is left: ${why}`);
    return new ZynqnetError('ENGINE_RECOVERING', `the engine is being mended (${this.#state}): ${why}`);
  }

  #stepEnded(): void {
    this.#steps += 1;
    this.#steppedMs = performance.now();
  }

  #sinceStepMs(): number {
    return performance.now() - this.#steppedMs;
  }

  #frame(engine: Engine, input: Uint8Array): Promise<Int32Array | Float32Array> {
    const { frameMs } = this.#options.limits();
    const late = () => new ZynqnetError('ENGINE_HUNG', `${engine.name} has not answered within ${frameMs} ms`);
    return withTimeLimit(engine.run(input), frameMs, { late });
  }

  #succeeded(): void {
    const onTrial = this.#state === 'afterReset' || this.#state === 'afterReload';
    if (onTrial && this.#sinceStepMs() >= this.#options.limits().steadyMs) this.#move('steady', '');
  }

  /** Resolves to the answer of a retry that helped, or rejects with the frame's own error and mends the engine meanwhile. */
  async #failed(engine: Engine, input: Uint8Array, error: unknown): Promise<Int32Array | Float32Array> {
    const event = codeOf(error) === 'ENGINE_HUNG' ? 'frameHung' : 'frameFailed';
    this.#counts[event === 'frameHung' ? 'hangs' : 'errors'] += 1;
    this.#lastError = messageOf(error);
    this.#move(event, this.#lastError);
    if (this.#state === 'retrying') {
      this.#counts.retries += 1;
      try {
        const logits = await this.#frame(engine, input);
        this.#move('done', '');
        return logits;
      } catch (again) {
        return this.#failed(engine, input, again);
      }
    }
    void this.#mend();
    throw error;
  }

  /** Goes through the steps until one helps or none is left; frames that fail meanwhile are no reason for another round. */
  async #mend(): Promise<void> {
    if (this.#mending) return;
    this.#mending = true;
    while (this.#state === 'resetting' || this.#state === 'reloading' || this.#state === 'replacing') {
      const step = this.#state;
      try {
        await this.#step(step);
        this.#stepEnded();
        this.#move('done', this.#lastError ?? '');
      } catch (error) {
        this.#lastError = messageOf(error);
        this.#move('notDone', this.#lastError);
      }
    }
    this.#mending = false;
  }

  async #step(step: 'resetting' | 'reloading' | 'replacing'): Promise<void> {
    const { stepMs } = this.#options.limits();
    const late = () => new ZynqnetError('ENGINE_HUNG', `${step} ${this.#engine.name} did not end within ${stepMs} ms`);
    if (step === 'resetting') {
      this.#counts.resets += 1;
      await withTimeLimit(this.reset(), stepMs, { late });
    } else if (step === 'reloading') {
      this.#counts.reloads += 1;
      await withTimeLimit(this.reload(), stepMs, { late });
      this.#take(await this.#open(this.#options.open, late));
    } else {
      const { openStandIn } = this.#options;
      if (openStandIn === undefined) throw new Error(`${this.#lastError ?? 'it failed'}; nothing may stand in for it`);
      this.#counts.standIns += 1;
      this.#take(await this.#open(openStandIn, late));
    }
  }

  /** Tries the wanted engine with a frame that the stand-in runs too; only if it answers does it take over again. */
  async #probe(input: Uint8Array): Promise<void> {
    this.#move('due', '');
    let engine: Engine | undefined;
    try {
      const { stepMs } = this.#options.limits();
      const late = () => new ZynqnetError('ENGINE_HUNG', `opening the engine again did not end within ${stepMs} ms`);
      engine = await this.#open(this.#options.open, late);
      await withTimeLimit(engine.reload?.() ?? Promise.resolve(), stepMs, { late });
      await this.#frame(engine, input);
      this.#counts.returns += 1;
      if (this.#state === 'probing') this.#take(engine);
      else engine.close();
      this.#stepEnded();
      this.#move('done', this.#lastError ?? '');
    } catch (error) {
      engine?.close();
      this.#lastError = messageOf(error);
      this.#stepEnded();
      this.#move('notDone', this.#lastError);
    }
  }

  async #open(open: () => Promise<Engine>, late: () => Error): Promise<Engine> {
    const opening = open();
    try {
      return await withTimeLimit(opening, this.#options.limits().stepMs, { late });
    } catch (error) {
      // One that comes up too late after all is not left open.
      opening.then(
        (engine) => engine.close(),
        () => {},
      );
      throw error;
    }
  }

  #take(engine: Engine): void {
    if (this.#state === 'closed') {
      engine.close();
      return;
    }
    const old = this.#engine;
    this.#engine = engine;
    old.close();
  }

  #move(event: EngineEvent, reason: string): void {
    const next = nextState(this.#state, event);
    if (next === undefined) return;
    this.#state = next;
    this.#options.changed(next, reason);
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
