import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Frame } from '../camera/frame.js';
import type { FrameSink } from '../camera/schedule/capture-scheduler.js';
import type { Config } from '../config/schema.js';
import type { Alerts } from '../monitoring/alerts.js';
import type { ClassScore, EventPayload, ResultPayload } from '../mqtt/topics/payloads.js';
import { codeOf, messageOf } from '../util/error.js';
import { roundMs } from '../util/latency-window.js';
import { StableClass } from './classify/stable-class.js';
import { configuredModel } from './configured-model.js';
import { type EngineOpener, ModelRuntime } from './model-runtime.js';
import { type Outcome, Pipeline, type StageName } from './pipeline.js';

/** Takes what the classifier finds out, in order. */
export interface ResultSink {
  /** A frame was classified. */
  result?(result: ResultPayload, frame: Frame): void;
  /** The stable class has changed with the frame of the last result. */
  event?(event: EventPayload): void;
}

export interface FrameClassifierOptions {
  readonly config: () => Config;
  readonly device: string;
  readonly session: string;
  readonly clockSynchronized: () => boolean;
  readonly log: Logger;
  readonly alerts: Alerts;
  /** Each gets every result, then each the event that it led to, if any. */
  readonly sinks: readonly ResultSink[];
  /** Opens the engine; without it one that does not recover. */
  readonly engines?: EngineOpener;
  /** In place of the configured model and engine; for benches and tests. */
  readonly openRuntime?: () => Promise<ModelRuntime>;
}

export interface FrameClassifierEvents {
  /** A model has come into service. */
  loaded: [];
}

/** A frame that fails like the one before is one log line, with a count at each power of ten. */
const loud = (count: number) => Number.isInteger(Math.log10(count));

/** Frames in a row that fail before it is an alert: a single damaged one is not. */
const alertAfter = 10;

/** The EngineManager reports these. */
const reportedElsewhere: ReadonlySet<string | undefined> = new Set(['ENGINE_RECOVERING', 'ENGINE_FAILED']);

/** Frames to results and events: the model in service, the pipeline around it, the stable class behind it. */
export class FrameClassifier extends EventEmitter<FrameClassifierEvents> implements FrameSink {
  readonly #options: FrameClassifierOptions;
  readonly #pipeline: Pipeline<Frame, ModelRuntime>;
  readonly #stable = new StableClass();
  readonly #failures = new Map<string, number>();
  #failedInARow = 0;
  #noModel = 0;
  #runtime: ModelRuntime | undefined;
  #sequence = 0;

  constructor(options: FrameClassifierOptions) {
    super();
    this.#options = options;
    this.#pipeline = new Pipeline({
      runtime: () => this.#inService(),
      deliver: (outcome) => this.#deliver(outcome),
      failed: (stage, error) => this.#failed(stage, error),
      limits: () => {
        const { preprocessMs, inferenceMs } = options.config().limits;
        // The engine's own supervision comes first: one run and its retry.
        return { preprocessMs, inferenceMs: 2 * inferenceMs + 1000 };
      },
    });
  }

  /** What runs now; undefined until a model has been loaded. */
  get runtime(): ModelRuntime | undefined {
    return this.#runtime;
  }

  stats() {
    return { ...this.#pipeline.stats(), noModel: this.#noModel };
  }

  /** A new frame. One that comes before there is a model is only counted. */
  frame(frame: Frame): void {
    if (this.#runtime !== undefined) this.#pipeline.offer(frame);
    else this.#noModel += 1;
  }

  /** The camera was closed; another one may show something else: no class is stable any more. */
  closed(): void {
    this.#stable.reset();
  }

  /** Loads the configured model. One that cannot be used is an alert, and nothing is classified. */
  async start(): Promise<void> {
    const { alerts } = this.#options;
    try {
      await this.load();
      const problem = this.#labelsProblem();
      if (problem !== undefined) alerts.raise('model', 'warning', problem);
    } catch (error) {
      alerts.raise('model', 'error', `the model cannot be used, nothing is classified: ${messageOf(error)}`);
    }
  }

  /**
   * Puts the configured model and engine into service between two frames. Throws if they cannot be used; what was in
   * service before then stays.
   */
  async load(): Promise<void> {
    const { config, alerts, engines, openRuntime } = this.#options;
    const { engine, preprocess, limits } = config();
    const runtime = await (openRuntime?.() ??
      ModelRuntime.open(configuredModel(config()), engine, preprocess, engines));
    const old = this.#runtime;
    this.#runtime = runtime;
    this.#pipeline.release();
    this.#stable.reset();
    // Frames already prepared for the old model still run on it.
    if (old !== undefined) setTimeout(() => old.close(), limits.inferenceMs * 2).unref();
    this.emit('loaded');
    alerts.clear('model');
  }

  /** Region, rotation, flip and mode as configured now. */
  updateView(): void {
    this.#runtime?.setView(this.#options.config().preprocess);
  }

  /** Names of the classes as configured now. Throws where their number is not the model's. */
  updateLabels(): void {
    const problem = this.#labelsProblem();
    if (problem !== undefined) throw new Error(problem);
    this.#stable.reset();
    if (this.#runtime !== undefined) this.#options.alerts.clear('model');
  }

  async stop(timeoutMs: number): Promise<void> {
    const done = await this.#pipeline.stop(timeoutMs);
    if (done) this.#runtime?.close();
    else this.#options.log.warn('a frame was still being classified when the daemon stopped');
  }

  #inService(): ModelRuntime {
    if (this.#runtime === undefined) throw new Error('no model has been loaded');
    return this.#runtime;
  }

  #labelsProblem(): string | undefined {
    const given = this.#options.config().model.labels?.length;
    const classes = this.#runtime?.model.native.classes;
    if (given === undefined || classes === undefined || given === classes) return undefined;
    return `model.labels has ${given} names, the model has ${classes} classes; null takes the model's own names`;
  }

  #deliver({ frame, runtime, logits, preprocessMs, inferenceMs, totalMs }: Outcome<Frame, ModelRuntime>): void {
    const { config, device, session, clockSynchronized, alerts, sinks } = this.#options;
    const { classify, camera, model } = config();
    const scores = runtime.top(logits, Math.max(2, classify.topK));
    // Names of another model's classes would be wrong without anybody noticing.
    const names = model.labels?.length === runtime.model.native.classes ? model.labels : undefined;
    const named = (score: (typeof scores)[number]): ClassScore => ({
      label: names?.[score.index] ?? runtime.model.header.labels[score.index] ?? `class ${score.index}`,
      index: score.index,
      probability: Math.round(score.probability * 1e6) / 1e6,
    });
    const common = {
      device,
      session,
      camera: camera.name,
      frame: frame.sequence,
      capturedAt: new Date(frame.capturedAtUtcMs).toISOString(),
      clockSynchronized: clockSynchronized(),
      model: runtime.identity,
    };
    const result: ResultPayload = {
      ...common,
      top: scores.slice(0, classify.topK).map(named),
      latencyMs: { preprocess: roundMs(preprocessMs), inference: roundMs(inferenceMs), total: roundMs(totalMs) },
      backend: runtime.backend,
      ...(frame.truth === undefined ? {} : { truth: { label: frame.truth.label, index: frame.truth.index } }),
    };
    for (const sink of sinks) sink.result?.(result, frame);
    const change = this.#stable.update(scores, classify);
    if (change !== undefined) {
      this.#sequence += 1;
      const [before, after] = [change.before, change.after].map((score) => (score === null ? null : named(score)));
      const event: EventPayload = { ...common, sequence: this.#sequence, before: before ?? null, after: after ?? null };
      for (const sink of sinks) sink.event?.(event);
    }
    this.#failedInARow = 0;
    for (const stage of ['preprocess', 'inference', 'delivery'] as const) alerts.clear(stage);
  }

  #failed(stage: StageName, error: unknown): void {
    const message = messageOf(error);
    const code = codeOf(error);
    if (reportedElsewhere.has(code)) return;
    this.#failedInARow += 1;
    const kind = `${stage} ${code ?? message}`;
    const count = (this.#failures.get(kind) ?? 0) + 1;
    if (this.#failures.size < 100) this.#failures.set(kind, count);
    if (loud(count)) this.#options.log.warn({ stage, error: message, count }, 'a frame could not be classified');
    if (this.#failedInARow >= alertAfter)
      this.#options.alerts.raise(stage, 'error', `frames fail in ${stage}: ${message}`);
  }
}
