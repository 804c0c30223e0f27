import type { Logger } from 'pino';
import type { Frame } from '../camera/frame.js';
import type { Config } from '../config/schema.js';
import type { Alerts } from '../monitoring/alerts.js';
import type { ClassScore, EventPayload, ResultPayload } from '../mqtt/topics/topics.js';
import { roundMs } from '../util/latency-window.js';
import { StableClass } from './classify/stable-class.js';
import { configuredModel } from './configured-model.js';
import { Network, type OpenEngine } from './network.js';
import { type Outcome, Pipeline, type StageName } from './pipeline/pipeline.js';

export interface FrameClassifierOptions {
  readonly config: () => Config;
  readonly device: string;
  readonly session: string;
  readonly clockSynchronized: () => boolean;
  readonly log: Logger;
  readonly alerts: Alerts;
  readonly result: (result: ResultPayload) => void;
  readonly event: (event: EventPayload) => void;
  /** Each frame that got an answer, after `result` and `event`: for trials, snapshots and power saving. */
  readonly seen?: (frame: Frame, result: ResultPayload, event: EventPayload | undefined) => void;
  /** Opens the engine; without it a bare one, which nobody mends. */
  readonly openEngine?: OpenEngine;
  /** In place of the configured model and engine; for benches and tests. */
  readonly openNetwork?: () => Promise<Network>;
}

/** A frame that fails like the one before is one log line, with a count at each power of ten. */
const loud = (count: number) => Number.isInteger(Math.log10(count));

/** Frames in a row that fail before it is an alert: a single damaged one is not. */
const alertAfter = 10;

/** The engine's keeper tells of these. */
const toldElsewhere: ReadonlySet<unknown> = new Set(['ENGINE_RECOVERING', 'ENGINE_FAILED']);

/** Frames to results and events: the network in service, the pipeline around it, the stable class behind it. */
export class FrameClassifier {
  readonly #options: FrameClassifierOptions;
  readonly #pipeline: Pipeline<Frame, Network>;
  readonly #stable = new StableClass();
  readonly #failures = new Map<string, number>();
  #failedInARow = 0;
  #noModel = 0;
  #network: Network | undefined;
  #sequence = 0;

  constructor(options: FrameClassifierOptions) {
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
  get network(): Network | undefined {
    return this.#network;
  }

  start(): void {
    this.#pipeline.start();
  }

  stats() {
    return { ...this.#pipeline.stats(), noModel: this.#noModel };
  }

  /** Frames that come before there is a model are nobody's. */
  offer(frame: Frame): void {
    if (this.#network !== undefined) this.#pipeline.offer(frame);
    else this.#noModel += 1;
  }

  /**
   * Puts the configured model and engine into service between two frames. Throws if they cannot be used; what was in
   * service before then stays.
   */
  async load(): Promise<Network> {
    const { openEngine, openNetwork } = this.#options;
    const { engine, preprocess } = this.#options.config();
    const network = await (openNetwork?.() ??
      Network.open(configuredModel(this.#options.config()), engine, preprocess, openEngine));
    const old = this.#network;
    this.#network = network;
    this.#pipeline.release();
    this.resetStable();
    // Frames already prepared for the old network still run on it.
    if (old !== undefined) setTimeout(() => old.close(), this.#options.config().limits.inferenceMs * 2).unref();
    return network;
  }

  /** Region, rotation, flip and mode as configured now. */
  updateView(): void {
    this.#network?.setView(this.#options.config().preprocess);
  }

  /** Throws for names of the classes in the configuration that are not the model's in number. */
  checkLabels(): void {
    const given = this.#options.config().model.labels?.length;
    const classes = this.#network?.model.native.classes;
    if (given === undefined || classes === undefined || given === classes) return;
    throw new Error(
      `model.labels has ${given} names, the model has ${classes} classes; null takes the model's own names`,
    );
  }

  /** Another camera shows something else: no class is stable any more. */
  resetStable(): void {
    this.#stable.reset();
  }

  async stop(timeoutMs: number): Promise<void> {
    const done = await this.#pipeline.stop(timeoutMs);
    if (done) this.#network?.close();
    else this.#options.log.warn('a frame was still in work at the end');
  }

  #inService(): Network {
    if (this.#network === undefined) throw new Error('no model has been loaded');
    return this.#network;
  }

  #deliver({ frame, runtime, logits, preprocessMs, inferenceMs, totalMs }: Outcome<Frame, Network>): void {
    const { config, device, session, clockSynchronized } = this.#options;
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
    this.#options.result(result);
    let event: EventPayload | undefined;
    const change = this.#stable.update(scores, classify);
    if (change !== undefined) {
      this.#sequence += 1;
      const [before, after] = [change.before, change.after].map((score) => (score === null ? null : named(score)));
      event = { ...common, sequence: this.#sequence, before: before ?? null, after: after ?? null };
      this.#options.event(event);
    }
    this.#options.seen?.(frame, result, event);
    this.#failedInARow = 0;
    for (const stage of ['preprocess', 'inference', 'delivery'] as const) this.#options.alerts.clear(stage);
  }

  #failed(stage: StageName, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = (error as { code?: unknown } | null)?.code;
    if (toldElsewhere.has(code)) return;
    this.#failedInARow += 1;
    const kind = `${stage} ${typeof code === 'string' ? code : message}`;
    const count = (this.#failures.get(kind) ?? 0) + 1;
    if (this.#failures.size < 100) this.#failures.set(kind, count);
    if (loud(count)) this.#options.log.warn({ stage, error: message, count }, 'a frame was given up');
    if (this.#failedInARow >= alertAfter)
      this.#options.alerts.raise(stage, 'error', `frames fail in ${stage}: ${message}`);
  }
}
