import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { FleetBroker } from './fleet-broker.js';
import type { Answer, Requester } from './requester.js';

/** What `zynqnetd model sign` prints: the body of `command/model/install`. */
export const signedModel = z.looseObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
  signature: z.string().min(1),
  url: z.string().optional(),
  activate: z.boolean().optional(),
});

export type SignedModel = z.output<typeof signedModel>;

export interface ModelSenderOptions {
  readonly broker: FleetBroker;
  readonly requester: Requester;
  readonly base: string;
  readonly file: Buffer;
  readonly signed: SignedModel;
  /** Between two answers of a board. */
  readonly limitMs: number;
}

type Ranges = readonly (readonly [number, number])[];

const chunkBytes = 32_768;
/** Half of what a board takes by default (remote.chunksPerSecond). */
const chunksPerSecond = 100;

/** Sends a model to boards: the manifest first, then the chunks that each board says it lacks, until it has an outcome. */
export class ModelSender {
  readonly #options: ModelSenderOptions;
  readonly #missing = new Map<string, Ranges>();

  constructor(options: ModelSenderOptions) {
    this.#options = options;
  }

  /** Before the first board. */
  async start(): Promise<void> {
    const { broker, base } = this.#options;
    await broker.subscribe([`${base}/+/model/status`], (topic, payload) => this.#status(topic, payload));
  }

  /** Resolves when the board runs the model; rejects with what it says instead. */
  async install(device: string): Promise<void> {
    const { requester, signed, limitMs } = this.#options;
    const sending = { active: true };
    const body = signed.url === undefined ? { ...signed, chunkBytes } : signed;
    try {
      await requester.ask(device, {
        topic: 'command/model/install',
        body,
        limitMs,
        begun: (answer) => {
          if (signed.url === undefined) void this.#send(device, answer, sending);
        },
      });
    } finally {
      sending.active = false;
    }
  }

  async #send(device: string, { data }: Answer, sending: { active: boolean }): Promise<void> {
    const { missing } = (data ?? {}) as { missing?: Ranges };
    let ranges: Ranges | undefined = missing ?? [];
    while (sending.active) {
      if (ranges !== undefined) await this.#sendRanges(device, ranges, sending);
      // A board that has stopped receiving says in its status what is still missing.
      this.#missing.delete(device);
      await sleep(1000);
      ranges = this.#missing.get(device);
    }
  }

  async #sendRanges(device: string, ranges: Ranges, sending: { active: boolean }): Promise<void> {
    const { broker, base, file, signed } = this.#options;
    for (const [first, last] of ranges) {
      for (let chunk = first; chunk <= last && sending.active; chunk += 1) {
        const part = file.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes);
        if (part.length === 0) return;
        await Promise.all([
          broker.publish(`${base}/${device}/model/chunk/${signed.sha256}/${chunk}`, part),
          sleep(1000 / chunksPerSecond),
        ]);
      }
    }
  }

  #status(topic: string, payload: Buffer): void {
    const device = topic.slice(this.#options.base.length + 1).split('/')[0] ?? '';
    try {
      const { state, sha256, missing } = JSON.parse(payload.toString('utf8'));
      if (state === 'downloading' && sha256 === this.#options.signed.sha256 && Array.isArray(missing)) {
        this.#missing.set(device, missing);
      }
    } catch {
      // Anybody may publish anything.
    }
  }
}
