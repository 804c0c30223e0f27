import type { AcceleratorCounters } from '../../native/accelerator-types.js';
import { codeOf, messageOf, ZynqnetError } from '../../util/error.js';
import { withTimeLimit } from '../../util/time-limit.js';
import type { Engine } from './engine.js';
import {
  type EngineEvent,
  type EngineState,
  type EngineStateName,
  fallback,
  nextState,
  runsFrames,
  serving,
} from './engine-states.js';

export interface SupervisionOptions {
  /** Opens the wanted engine, again and again as needed. */
  readonly open: () => Promise<Engine>;
  /** Opens what runs the frames when the wanted engine cannot be recovered; undefined: nothing does. */
  readonly openFallback: (() => Promise<Engine>) | undefined;
  readonly limits: () => EngineLimits;
  /** After each change of state. */
  readonly changed: (state: EngineState) => void;
}

export interface EngineLimits {
  /** For one frame. */
  readonly frameMs: number;
  /** For a reset, a reload, an opening. */
  readonly stepMs: number;
  /** Frames must run for this long after a reset or reload before the engine counts as recovered. */
  readonly steadyMs: number;
  /** While the fallback runs: between attempts to return to the wanted engine. */
  readonly probeMs: number;
}

/** Since the engine was opened. */
export interface EngineCounts {
  readonly errors: number;
  readonly hangs: number;
  readonly retries: number;
  readonly resets: number;
  readonly reloads: number;
  readonly fallbacks: number;
  /** Returns from the fallback to the wanted engine. */
  readonly returns: number;
}

/** Errors that say something about the frame or the caller, nothing about the engine. */
const notTheEnginesFault = new Set<string | undefined>(['ENGINE_INPUT', 'ENGINE_CLOSED']);

/**
 * An engine that recovers when it fails: the frame is run once more, then the hardware reset, then reloaded, then the CPU
 * engine takes over, then `failed` is reported. A frame that hangs skips the retry. Each step has a time limit.
 */
export class SupervisedEngine implements Engine {
  readonly #options: SupervisionOptions;
  readonly #counts = { errors: 0, hangs: 0, retries: 0, resets: 0, reloads: 0, fallbacks: 0, returns: 0 };
  #state: EngineState;

  private constructor(options: SupervisionOptions, state: EngineState) {
    this.#options = options;
    this.#state = state;
    if (state.is === 'fallback') this.#counts.fallbacks += 1;
  }

  /** Rejects as `open` does: a first opening that fails is the caller's to judge. */
  static async open(options: SupervisionOptions): Promise<SupervisedEngine> {
    return new SupervisedEngine(options, serving(await options.open()));
  }

  /** As `open`, but where the first opening fails the fallback takes over, and the probes try again later. */
  static async openOrFallBack(options: SupervisionOptions): Promise<SupervisedEngine> {
    try {
      return await SupervisedEngine.open(options);
    } catch (error) {
      const engine = await options.openFallback?.().catch(() => undefined);
      if (engine === undefined) throw error;
      return new SupervisedEngine(options, fallback(engine, messageOf(error), performance.now()));
    }
  }

  /** Of the engine that runs frames now. */
  get name(): string {
    return this.#state.engine.name;
  }

  get state(): EngineState {
    return this.#state;
  }

  status(): { state: EngineStateName; lastError: string | null } & EngineCounts {
    const { is, lastError } = this.#state;
    return { state: is, lastError, ...this.#counts };
  }

  async run(input: Uint8Array): Promise<Int32Array | Float32Array> {
    if (!runsFrames(this.#state.is)) throw this.#refusal();
    const { limits } = this.#options;
    if (this.#state.is === 'fallback' && sinceMs(this.#state) >= limits().probeMs) void this.#probe(input);
    const { engine, recoveries } = this.#state;
    try {
      const logits = await this.#frame(engine, input);
      const now = this.#state;
      const onTrial = now.is === 'afterReset' || now.is === 'afterReload';
      if (onTrial && sinceMs(now) >= limits().steadyMs) this.#move({ type: 'steady' });
      return logits;
    } catch (error) {
      if (notTheEnginesFault.has(codeOf(error)) || recoveries !== this.#state.recoveries) throw error;
      return await this.#failed(engine, input, error);
    }
  }

  counters(): AcceleratorCounters | null {
    return this.#state.engine.counters?.() ?? null;
  }

  reset(): Promise<void> {
    return this.#state.engine.reset?.() ?? Promise.resolve();
  }

  reload(): Promise<void> {
    return this.#state.engine.reload?.() ?? Promise.resolve();
  }

  close(): void {
    this.#move({ type: 'close' });
    this.#state.engine.close();
  }

  #refusal(): ZynqnetError {
    const { is, lastError } = this.#state;
    if (is === 'closed') return new ZynqnetError('ENGINE_CLOSED', 'the engine is closed');
    if (is === 'failed') return new ZynqnetError('ENGINE_FAILED', `no engine is left: ${lastError}`);
    return new ZynqnetError('ENGINE_RECOVERING', `the engine is recovering (${is}): ${lastError}`);
  }

  #frame(engine: Engine, input: Uint8Array): Promise<Int32Array | Float32Array> {
    const { frameMs } = this.#options.limits();
    const late = () => new ZynqnetError('ENGINE_HUNG', `${engine.name} has not answered within ${frameMs} ms`);
    return withTimeLimit(engine.run(input), frameMs, { late });
  }

  /** Resolves to the answer of a retry that helped, or rejects with the frame's own error, and the engine recovers meanwhile. */
  async #failed(engine: Engine, input: Uint8Array, failure: unknown): Promise<Int32Array | Float32Array> {
    const hung = codeOf(failure) === 'ENGINE_HUNG';
    this.#counts[hung ? 'hangs' : 'errors'] += 1;
    this.#move({ type: hung ? 'frameHung' : 'frameFailed', error: messageOf(failure) });
    if (this.#state.is !== 'retrying') throw failure;
    this.#counts.retries += 1;
    let logits: Int32Array | Float32Array;
    try {
      logits = await this.#frame(engine, input);
    } catch (again) {
      return this.#failed(engine, input, again);
    }
    this.#move({ type: 'retried' });
    return logits;
  }

  /** Goes to the state that follows, and begins the step that belongs to it. False: the event changes nothing. */
  #move(event: EngineEvent): boolean {
    const before = this.#state;
    const state = nextState(before, event);
    if (state === undefined) return false;
    this.#state = state;
    if (before.engine !== state.engine) before.engine.close();
    this.#options.changed(state);
    if (state.is === 'resetting' || state.is === 'reloading' || state.is === 'replacing') void this.#recover(state.is);
    return true;
  }

  async #recover(step: 'resetting' | 'reloading' | 'replacing'): Promise<void> {
    const { stepMs } = this.#options.limits();
    const { engine, lastError } = this.#state;
    const late = () => new ZynqnetError('ENGINE_HUNG', `${step} ${engine.name} did not end within ${stepMs} ms`);
    try {
      switch (step) {
        case 'resetting':
          this.#counts.resets += 1;
          await withTimeLimit(this.reset(), stepMs, { late });
          return this.#stepDone(engine);
        case 'reloading':
          this.#counts.reloads += 1;
          await withTimeLimit(this.reload(), stepMs, { late });
          return this.#stepDone(await this.#open(this.#options.open, late));
        case 'replacing': {
          const { openFallback } = this.#options;
          if (openFallback === undefined) throw new Error(`${lastError}; there is no fallback`);
          this.#counts.fallbacks += 1;
          return this.#stepDone(await this.#open(openFallback, late));
        }
        default:
          step satisfies never;
      }
    } catch (error) {
      this.#move({ type: 'stepFailed', error: messageOf(error), atMs: performance.now() });
    }
  }

  /** Tries the wanted engine with a frame that the fallback runs too; only if it answers does it take over again. */
  async #probe(input: Uint8Array): Promise<void> {
    this.#move({ type: 'probe' });
    let engine: Engine | undefined;
    try {
      const { stepMs } = this.#options.limits();
      const late = () => new ZynqnetError('ENGINE_HUNG', `opening the engine again did not end within ${stepMs} ms`);
      engine = await this.#open(this.#options.open, late);
      await withTimeLimit(engine.reload?.() ?? Promise.resolve(), stepMs, { late });
      await this.#frame(engine, input);
      this.#counts.returns += 1;
      this.#stepDone(engine);
    } catch (error) {
      engine?.close();
      this.#move({ type: 'stepFailed', error: messageOf(error), atMs: performance.now() });
    }
  }

  /** An engine that comes too late, after a close or a failure, is not left open. */
  #stepDone(engine: Engine): void {
    const taken = this.#move({ type: 'stepDone', engine, atMs: performance.now() });
    if (!taken && engine !== this.#state.engine) engine.close();
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
}

function sinceMs(state: { readonly sinceMs: number }): number {
  return performance.now() - state.sinceMs;
}
