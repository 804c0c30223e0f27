import type { Frame } from '../camera/frame.js';
import { defaultModelFile } from '../model/default-file.js';
import { type LoadedModel, loadModel } from '../model/model-file.js';
import type { ModelIdentity } from '../mqtt/topics/payloads.js';
import { logitsFromSums, type Score, softmax, topScores } from './classify/probabilities.js';
import { openEngine } from './engine/backends.js';
import type { Engine } from './engine/engine.js';
import type { EngineChoice } from './engine/engine-manager.js';
import type { Runtime } from './pipeline.js';
import type { CameraView } from './preprocess/options.js';
import { createPreprocessor, type Preprocessor } from './preprocess/preprocessor.js';

/** What opens engines (EngineManager); rejects with ENGINE_ and ACCELERATOR_ errors. */
export interface EngineOpener {
  open(model: LoadedModel, choice: EngineChoice): Promise<Engine>;
}

/** Opens engines that do not recover: their errors are the caller's. */
const unsupervised: EngineOpener = {
  open: (model, { backend, threads }) => openEngine({ backend, model, ...(threads === null ? {} : { threads }) }),
};

/** A model, the engine that runs it, and the preprocessor of its input: everything between a frame and its answer. */
export class ModelRuntime implements Runtime<Frame> {
  readonly model: LoadedModel;
  readonly identity: ModelIdentity;
  readonly #engine: Engine;
  #preprocessor: Preprocessor;

  /** Throws RangeError for a view that cannot work with this model. */
  constructor(model: LoadedModel, engine: Engine, view: CameraView = {}) {
    this.model = model;
    this.identity = { name: model.header.name, sha256: model.sha256 };
    this.#engine = engine;
    this.#preprocessor = createPreprocessor(model.header.input, model.header.preprocessing, view);
  }

  /** Loads a model (null: the built-in one) and makes an engine for it. Throws MODEL_ and ENGINE_ errors. */
  static async open(
    file: string | null,
    choice: EngineChoice,
    view: CameraView = {},
    engines: EngineOpener = unsupervised,
  ): Promise<ModelRuntime> {
    const model = await loadModel(file ?? defaultModelFile);
    const engine = await engines.open(model, choice);
    try {
      return new ModelRuntime(model, engine, view);
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  get backend(): string {
    return this.#engine.name;
  }

  /** Takes effect with the next frame. Throws RangeError for a view that cannot work with this model. */
  setView(view: CameraView): void {
    this.#preprocessor = createPreprocessor(this.model.header.input, this.model.header.preprocessing, view);
  }

  preprocess(frame: Frame): Promise<Uint8Array> {
    return this.#preprocessor.run(frame);
  }

  infer(input: Uint8Array): Promise<Int32Array | Float32Array> {
    return this.#engine.run(input);
  }

  /** The `count` most probable classes, best first. */
  top(logits: Int32Array | Float32Array, count: number): Score[] {
    return topScores(this.probabilities(logits), count);
  }

  /** One per class. */
  probabilities(logits: Int32Array | Float32Array): Float64Array {
    const { logitScale, logitOffset } = this.model.native;
    return softmax(logitsFromSums(logits, logitScale, logitOffset));
  }

  close(): void {
    this.#engine.close();
  }
}
