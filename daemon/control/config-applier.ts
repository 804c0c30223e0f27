import { type CalledTarget, calledTargets } from '../config/define.js';
import { targetsOf } from '../config/lookup.js';
import type { Config } from '../config/schema.js';
import type { ConfigChange, ConfigStore } from '../config/store.js';
import { messageOf } from '../util/error.js';

/** How each running part takes up a change; what one throws, or rejects with, is the failure of the change. */
export type Appliers = { readonly [T in CalledTarget]: (config: Config) => unknown };

/**
 * Puts each change of the configuration into effect, one after the other: calls the parts that the changed keys name as
 * `applies`, and no others.
 */
export class ConfigApplier {
  readonly #appliers: Appliers;
  #last: Promise<void> = Promise.resolve();

  constructor(appliers: Appliers) {
    this.#appliers = appliers;
  }

  /** Returns how to stop following. `failed` gets the reason why a change could not be put into effect. */
  follow(store: ConfigStore, failed: (reason: string) => void, done: () => void): () => void {
    return store.subscribe((change) => {
      this.#last = this.#last.catch(() => {}).then(() => this.#apply(change));
      this.#last.then(done, (error: unknown) => failed(messageOf(error)));
    });
  }

  /** Resolves when the last change is in effect; rejects with what kept it from that. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #apply({ changed, config }: ConfigChange): Promise<void> {
    const touched = targetsOf(changed);
    // Loading a model arranges its input, too.
    if (touched.has('model')) touched.delete('view');
    for (const target of calledTargets) {
      if (touched.has(target)) await this.#appliers[target](config);
    }
  }
}
