import { join } from 'node:path';
import type { Logger } from 'pino';
import { writeDurably } from '../../util/durable.js';

/**
 * Shows the installer that this version works: after the first classified frame, `ready` in the state folder
 * holds the bundle's id ($ZYNQNETD_BUNDLE_ID). Without a bundle or a state folder nothing is written.
 */
export class ReadyFile {
  readonly #log: Logger;
  #left: { readonly file: string; readonly id: string } | undefined;

  constructor(stateFolder: string | null, log: Logger, id = process.env.ZYNQNETD_BUNDLE_ID) {
    this.#log = log;
    if (stateFolder !== null && id !== undefined && id !== '') this.#left = { file: join(stateFolder, 'ready'), id };
  }

  /** A frame was classified. Only the first one does anything. */
  result(): void {
    if (this.#left === undefined) return;
    const { file, id } = this.#left;
    this.#left = undefined;
    try {
      writeDurably(file, `${id}\n`);
    } catch (error) {
      this.#log.warn({ err: error }, `cannot write ${file}: the installer will assume that this version does not work`);
    }
  }
}
