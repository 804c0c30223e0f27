import type { Logger } from 'pino';
import type { Config } from '../../config/schema.js';
import type { LoadedModel } from '../../model/load.js';
import type { Alerts } from '../../monitoring/alerts.js';
import { acceleratorOptions } from './accelerator-options.js';
import { boardHasAccelerator } from './board-accelerator.js';
import type { Engine } from './engine.js';
import { openEngine } from './registry.js';
import type { EngineState } from './supervision/engine-states.js';
import { SupervisedEngine, type SupervisionOptions } from './supervision/supervised-engine.js';

/** The configuration's `engine` group, as far as it concerns opening one. */
export type EngineChoice = Pick<Config['engine'], 'backend' | 'threads'> &
  Partial<Pick<Config['engine'], 'accelerator'>>;

export interface EngineManagerOptions {
  readonly config: () => Config;
  readonly log: Logger;
  readonly alerts: Alerts;
  /** Another backend runs the frames now. */
  readonly backendChanged: () => void;
  /** Nothing helped, and the configuration wants the supervisor to start the daemon anew. */
  readonly giveUp: (reason: string) => void;
}

const nothingYet = { errors: 0, hangs: 0, retries: 0, resets: 0, reloads: 0, standIns: 0, returns: 0 };

/** Opens engines that mend themselves; what they go through becomes log lines, one alert, and counts for `health`. */
export class EngineManager {
  readonly #options: EngineManagerOptions;
  #current: SupervisedEngine | undefined;
  #before: typeof nothingYet = nothingYet;

  constructor(options: EngineManagerOptions) {
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
    const engine = await (onBoard
      ? this.#open(model, { ...choice, backend: 'fpga' }, 'may stand in')
      : this.#open(model, choice, 'must'));
    const why = onBoard ? 'the FPGA holds an accelerator' : 'there is no FPGA with an accelerator here';
    this.#options.log.info(
      { backend: engine.name },
      backend === 'auto' ? `engine chosen: ${why}` : 'engine as configured',
    );
    return engine;
  }

  async #open(
    model: LoadedModel,
    { backend, threads, accelerator }: EngineChoice,
    how: 'must' | 'may stand in',
  ): Promise<Engine> {
    const { config, alerts } = this.#options;
    const open = (wanted: string) =>
      openEngine({
        backend: wanted,
        model,
        ...(threads === null ? {} : { threads }),
        ...(accelerator === undefined ? {} : { accelerator: acceleratorOptions(accelerator) }),
      });
    // A backend that is this processor already has nothing to stand in for it.
    const onCpu = !/^(fpga|rtl|model|stand-in)/.test(backend);
    const supervision: SupervisionOptions = {
      open: () => open(backend),
      openStandIn: async () => {
        if (onCpu || config().engine.recovery.standIn === 'none') throw new Error('nothing may stand in for it');
        return open('cpu');
      },
      limits: () => {
        const { limits, engine: wanted } = config();
        const { stepSeconds, steadySeconds, probeMinutes } = wanted.recovery;
        return {
          frameMs: limits.inferenceMs,
          stepMs: stepSeconds * 1000,
          steadyMs: steadySeconds * 1000,
          probeMs: probeMinutes * 60_000,
        };
      },
      changed: (state, reason) => engine === this.#current && this.#report(state, reason),
    };
    const engine: SupervisedEngine = await (how === 'must'
      ? SupervisedEngine.open(supervision)
      : SupervisedEngine.openOrStandIn(supervision));
    this.#before = this.#totals();
    this.#current = engine;
    const { state, lastError } = engine.status();
    if (state === 'serving') alerts.clear('engine');
    else this.#report(state, lastError ?? '');
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

  #report(state: EngineState, reason: string): void {
    const { log, alerts, backendChanged, giveUp, config } = this.#options;
    const name = this.#current?.name ?? '';
    switch (state) {
      case 'serving':
        log.info({ backend: name }, 'the engine works');
        alerts.clear('engine');
        break;
      case 'retrying':
        log.debug({ error: reason }, 'a frame failed in the engine and is run once more');
        break;
      case 'resetting':
      case 'reloading':
      case 'replacing':
        alerts.raise('engine', 'error', `the engine fails (${state}): ${reason}`);
        break;
      case 'afterReset':
      case 'afterReload':
        alerts.raise('engine', 'warning', `the engine works again and is being watched; it had failed: ${reason}`);
        backendChanged();
        break;
      case 'standingIn':
        alerts.raise('engine', 'warning', `the CPU (${name}) stands in for the accelerator, which failed: ${reason}`);
        backendChanged();
        break;
      case 'probing':
        log.info('the engine that failed is tried again');
        break;
      case 'failed':
        alerts.raise('engine', 'error', `no engine is left that works: ${reason}`);
        if (config().engine.recovery.exit) giveUp(`no engine is left that works: ${reason}`);
        break;
      case 'closed':
        break;
    }
  }
}
