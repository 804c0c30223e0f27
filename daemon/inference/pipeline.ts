import { codeOf } from '../util/error.js';
import { LatencyWindow } from '../util/latency-window.js';
import { endsWithin } from '../util/time-limit.js';
import { Stage } from './stage.js';

/** What the pipeline needs to know of a frame. */
export interface Timed {
  /** `performance.now()` at capture. */
  readonly capturedMs: number;
}

/** A loaded model with what prepares its input. Frames that were prepared for one runtime are inferred by the same. */
export interface Runtime<Frame> {
  /** Height x width x channels bytes in the model's channel order. */
  preprocess(frame: Frame): Promise<Uint8Array>;
  /** Logit sums or logits, one per class. */
  infer(input: Uint8Array): Promise<Int32Array | Float32Array>;
}

export interface Outcome<Frame, R> {
  readonly frame: Frame;
  readonly runtime: R;
  readonly logits: Int32Array | Float32Array;
  readonly preprocessMs: number;
  readonly inferenceMs: number;
  /** From capture to here. */
  readonly totalMs: number;
}

export type StageName = 'preprocess' | 'inference' | 'delivery';

export interface PipelineOptions<Frame, R> {
  /** Asked for each frame: a new runtime takes over between two frames, and no frame is lost by it. */
  runtime(): R;
  deliver(outcome: Outcome<Frame, R>): void;
  failed(stage: StageName, error: unknown): void;
  limits(): { preprocessMs: number; inferenceMs: number };
}

interface Prepared<Frame, R> {
  readonly frame: Frame;
  readonly runtime: R;
  readonly input: Uint8Array;
  readonly preprocessMs: number;
}

/** Of frames that were refused untried, since an earlier one hangs or the engine is recovering. */
const refusals: ReadonlySet<string | undefined> = new Set(['STAGE_STUCK', 'ENGINE_RECOVERING', 'ENGINE_FAILED']);

/** Of frames that were given up before they had an outcome. */
const givenUp: ReadonlySet<string | undefined> = new Set(['STAGE_TIMEOUT', 'ENGINE_HUNG']);

/** Frames in flight: one in the engine while the next is prepared, or two in preparation while the engine waits. */
const framesInFlight = 2;

/**
 * Camera frames in, outcomes out, in order. Two frames are in flight, which keeps engine and both cores of a board busy
 * without piling up delay. Of frames that come meanwhile only the latest is kept. An error costs its frame, nothing else.
 */
export class Pipeline<Frame extends Timed, R extends Runtime<Frame>> {
  readonly #options: PipelineOptions<Frame, R>;
  readonly #preprocess: Stage<{ runtime: R; frame: Frame }, Uint8Array>;
  readonly #infer: Stage<{ runtime: R; input: Uint8Array }, Int32Array | Float32Array>;
  readonly #windows = { preprocess: new LatencyWindow(), inference: new LatencyWindow(), total: new LatencyWindow() };
  readonly #failed = { preprocess: 0, inference: 0, delivery: 0 };
  readonly #skipped = { preprocess: 0, inference: 0, delivery: 0 };
  #captured = 0;
  #dropped = 0;
  #classified = 0;
  #outcomes = 0;
  /** The latest frame, until there is a place for it. */
  #waiting: Frame | undefined;
  #inFlight = 0;
  /** Ends when the frame that was begun last, and so every one before it, has ended. */
  #last: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(options: PipelineOptions<Frame, R>) {
    this.#options = options;
    this.#preprocess = new Stage(
      'preprocessing',
      ({ runtime, frame }) => runtime.preprocess(frame),
      () => options.limits().preprocessMs,
    );
    this.#infer = new Stage(
      'inference',
      ({ runtime, input }) => runtime.infer(input),
      () => options.limits().inferenceMs,
    );
  }

  stats() {
    const { preprocess, inference, total } = this.#windows;
    return {
      captured: this.#captured,
      classified: this.#classified,
      dropped: this.#dropped,
      failed: { ...this.#failed },
      /** Refused untried, since something still hangs or is recovering. */
      skipped: { ...this.#skipped },
      /** Frames that came to an end, good or bad, within their time limits: what a watchdog looks at. */
      outcomes: this.#outcomes,
      waiting: this.#waiting === undefined ? 0 : 1,
      inFlight: this.#inFlight,
      stuck: { preprocess: this.#preprocess.stuck, inference: this.#infer.stuck },
      latencyMs: { preprocess: preprocess.spread(), inference: inference.spread(), total: total.spread() },
      durations: { preprocess: preprocess.totals(), inference: inference.totals(), total: total.totals() },
    };
  }

  /** A new frame; replaces one that still waits. */
  offer(frame: Frame): void {
    this.#captured += 1;
    if (this.#stopping) return;

    if (this.#inFlight < framesInFlight) this.#begin(frame);
    else {
      if (this.#waiting !== undefined) this.#dropped += 1;
      this.#waiting = frame;
    }
  }

  /** Lets the frames in flight finish, at most `timeoutMs`; resolves to whether they did. */
  stop(timeoutMs: number): Promise<boolean> {
    this.#stopping = true;
    this.#waiting = undefined;
    return endsWithin(this.#last, timeoutMs);
  }

  /** After an engine that hung was reset or replaced. */
  release(): void {
    this.#preprocess.release();
    this.#infer.release();
  }

  #begin(frame: Frame): void {
    this.#inFlight += 1;
    this.#last = this.#process(frame, this.#last);
  }

  /** One frame from preparation to outcome; `before` is the frame before it, which the engine must have done with. */
  async #process(frame: Frame, before: Promise<void>): Promise<void> {
    const prepared = await this.#prepare(frame);
    await before;
    if (prepared !== undefined && !this.#stopping) await this.#finish(prepared);
    this.#inFlight -= 1;
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next !== undefined) this.#begin(next);
  }

  async #prepare(frame: Frame): Promise<Prepared<Frame, R> | undefined> {
    const startMs = performance.now();
    try {
      const runtime = this.#options.runtime();
      const input = await this.#preprocess.run({ runtime, frame });
      const preprocessMs = performance.now() - startMs;
      this.#windows.preprocess.add(preprocessMs);
      return { frame, runtime, input, preprocessMs };
    } catch (error) {
      this.#fail('preprocess', error);
      return undefined;
    }
  }

  async #finish({ frame, runtime, input, preprocessMs }: Prepared<Frame, R>): Promise<void> {
    const startMs = performance.now();
    let logits: Int32Array | Float32Array;
    try {
      logits = await this.#infer.run({ runtime, input });
    } catch (error) {
      this.#fail('inference', error);
      return;
    }
    const endMs = performance.now();
    const inferenceMs = endMs - startMs;
    const totalMs = endMs - frame.capturedMs;
    this.#windows.inference.add(inferenceMs);
    this.#windows.total.add(totalMs);
    this.#classified += 1;
    this.#outcomes += 1;
    try {
      this.#options.deliver({ frame, runtime, logits, preprocessMs, inferenceMs, totalMs });
    } catch (error) {
      this.#fail('delivery', error);
    }
  }

  #fail(stage: StageName, error: unknown): void {
    const code = codeOf(error);
    const refused = refusals.has(code);
    if (refused) this.#skipped[stage] += 1;
    else this.#failed[stage] += 1;
    if (!refused && !givenUp.has(code) && stage !== 'delivery') this.#outcomes += 1;
    this.#options.failed(stage, error);
  }
}
