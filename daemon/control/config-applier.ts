import type { Config } from '../config/schema.js';
import type { ConfigChange, ConfigStore } from '../config/store.js';

/** The running parts that follow a change; each may reject, which is the change's failure. */
export interface ChangeTargets {
  /** Everything that only needs to be told. */
  live(config: Config): void;
  model(): Promise<unknown>;
  view(): void;
  /** Throws for labels that do not fit the model. */
  labels(): void;
  camera(): Promise<void>;
}

/** Puts each change of the configuration into effect, one after the other. Live keys are read where they are used. */
export class ConfigApplier {
  readonly #targets: ChangeTargets;
  #last: Promise<void> = Promise.resolve();

  constructor(targets: ChangeTargets) {
    this.#targets = targets;
  }

  /** Returns how to stop following. `failed` hears of a change that could not be put into effect. */
  follow(store: ConfigStore, failed: (reason: string) => void, done: () => void): () => void {
    return store.subscribe((change) => {
      this.#last = this.#last.catch(() => {}).then(() => this.#apply(change));
      this.#last.then(done, (error: unknown) => failed(error instanceof Error ? error.message : String(error)));
    });
  }

  /** Resolves when the last change is in effect; rejects with what kept it from that. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #apply({ changed, config }: ConfigChange): Promise<void> {
    const touches = (...groups: string[]) => changed.some((path) => groups.some((group) => path.startsWith(group)));
    this.#targets.live(config);
    if (touches('model.file', 'engine.backend', 'engine.threads', 'engine.accelerator.')) await this.#targets.model();
    else if (touches('preprocess.')) this.#targets.view();
    if (touches('model.')) this.#targets.labels();
    if (touches('camera.')) await this.#targets.camera();
  }
}
