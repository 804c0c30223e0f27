import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Config } from '../../config/schema.js';
import type { LoadedModel } from '../../model/model-file.js';
import type { Alerts } from '../../monitoring/alerts.js';
import { cpuBackends, openEngine } from './backends.js';
import { acceleratorOptions, boardHasAccelerator } from './board-accelerator.js';
import type { Engine } from './engine.js';
import type { EngineState } from './engine-states.js';
import { type EngineLimits, SupervisedEngine, type SupervisionOptions } from './supervised-engine.js';

/** The configuration's `engine` group, as far as it concerns opening one. */
export type EngineChoice = Pick<Config['engine'], 'backend' | 'threads'> &
  Partial<Pick<Config['engine'], 'accelerator'>>;

export interface EngineManagerOptions {
  readonly config: () => Config;
  readonly log: Logger;
  readonly alerts: Alerts;
}

export interface EngineManagerEvents {
  /** Another backend runs the frames now. */
  backendChanged: [];
  /** Nothing helped, and the configuration wants the supervisor to start the daemon again. */
  exhausted: [reason: string];
}

const nothingYet = { errors: 0, hangs: 0, retries: 0, resets: 0, reloads: 0, fallbacks: 0, returns: 0 };

/** Opens engines that recover by themselves; what they go through becomes log lines, one alert, and counts for `health`. */
export class EngineManager extends EventEmitter<EngineManagerEvents> {
  readonly #options: EngineManagerOptions;
  #current: SupervisedEngine | undefined;
  /** Of the engines before the current one. */
  #before: typeof nothingYet = nothingYet;

  constructor(options: EngineManagerOptions) {
    super();
    this.#options = options;
  }

  /**
   * `auto` is the board's accelerator where there is one that can be opened, otherwise the CPU. Throws ENGINE_ and
   * ACCELERATOR_ errors when the wanted backend cannot be opened at all.
   */
  async open(model: LoadedModel, choice: EngineChoice): Promise<Engine> {
    const { backend, accelerator } = choice;
    const onBoard =
      backend === 'auto' && (await boardHasAccelerator(accelerator ? acceleratorOptions(accelerator) : {}));
    const wanted = onBoard ? { ...choice, backend: 'fpga' } : choice;
    const supervision: SupervisionOptions = {
      open: () => open(model, wanted),
      openFallback: this.#fallbackFor(model, wanted),
      limits: () => this.#limits(),
      changed: (state) => engine === this.#current && this.#report(state),
    };
    // An accelerator that was found, not asked for, need not work at the start.
    const engine: SupervisedEngine = await (onBoard
      ? SupervisedEngine.openOrFallBack(supervision)
      : SupervisedEngine.open(supervision));
    this.#before = this.#totals();
    this.#current = engine;
    if (engine.state.is === 'serving') this.#options.alerts.clear('engine');
    else this.#report(engine.state);
    const why = onBoard ? 'the FPGA holds an accelerator' : 'there is no FPGA with an accelerator here';
    this.#options.log.info(
      { backend: engine.name },
      backend === 'auto' ? `engine chosen: ${why}` : 'engine as configured',
    );
    return engine;
  }

  /** For `health`: counts are since the start of the daemon. */
  stats() {
    const { state = 'closed', lastError = null } = this.#current?.status() ?? {};
    const accelerator = this.#current?.counters() ?? null;
    return { state, backend: this.#current?.name ?? null, lastError, ...this.#totals(), accelerator };
  }

  #totals(): typeof nothingYet {
    const now = this.#current?.status() ?? nothingYet;
    const sum = { ...this.#before };
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += now[name];
    return sum;
  }

  #limits(): EngineLimits {
    const { limits, engine } = this.#options.config();
    const { stepSeconds, steadySeconds, probeMinutes } = engine.recovery;
    return {
      frameMs: limits.inferenceMs,
      stepMs: stepSeconds * 1000,
      steadyMs: steadySeconds * 1000,
      probeMs: probeMinutes * 60_000,
    };
  }

  /** A backend that is this processor already has no other to fall back to. */
  #fallbackFor(model: LoadedModel, choice: EngineChoice): SupervisionOptions['openFallback'] {
    const onCpu = cpuBackends().includes(choice.backend);
    return async () => {
      if (onCpu || this.#options.config().engine.recovery.fallback === 'none') throw new Error('there is no fallback');
      return open(model, { ...choice, backend: 'cpu' });
    };
  }

  #report(state: EngineState): void {
    const { log, alerts, config } = this.#options;
    const { is, engine, lastError } = state;
    switch (is) {
      case 'serving':
        log.info({ backend: engine.name }, 'the engine works');
        alerts.clear('engine');
        break;
      case 'retrying':
        log.debug({ error: lastError }, 'a frame failed in the engine and is run once more');
        break;
      case 'resetting':
      case 'reloading':
      case 'replacing':
        alerts.raise('engine', 'error', `the engine fails (${is}): ${lastError}`);
        break;
      case 'afterReset':
      case 'afterReload':
        alerts.raise(
          'engine',
          'warning',
          `the engine works again and must now stay so for a while; it had failed: ${lastError}`,
        );
        this.emit('backendChanged');
        break;
      case 'fallback':
        alerts.raise(
          'engine',
          'warning',
          `the CPU (${engine.name}) runs the frames, since the accelerator failed: ${lastError}`,
        );
        this.emit('backendChanged');
        break;
      case 'probing':
        log.info('trying the engine that failed again, with one frame');
        break;
      case 'failed':
        alerts.raise('engine', 'error', `no engine is left that works: ${lastError}`);
        if (config().engine.recovery.exit) this.emit('exhausted', `no engine is left that works: ${lastError}`);
        break;
      case 'closed':
        break;
      default:
        is satisfies never;
    }
  }
}

function open(model: LoadedModel, { backend, threads, accelerator }: EngineChoice): Promise<Engine> {
  return openEngine({
    backend,
    model,
    ...(threads === null ? {} : { threads }),
    ...(accelerator === undefined ? {} : { accelerator: acceleratorOptions(accelerator) }),
  });
}
