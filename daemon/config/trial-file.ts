import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../util/durable.js';
import { type Overlay, overlaySchema } from './overlay.js';

/** Who asked for the change, so that the process after the restart can answer. */
const answerSchema = z.strictObject({
  id: z.union([z.string(), z.number(), z.null()]),
  responseTopic: z.string().optional(),
  /** Base64 */
  correlationData: z.string().optional(),
});

const trialSchema = z.strictObject({
  /** `staged`: for the next start to try. `started`: a start is trying it. `failed`: to be reported, then forgotten. */
  state: z.enum(['staged', 'started', 'failed']),
  overlay: overlaySchema,
  answer: answerSchema,
  /** Frames came before the restart: they must come after it too. */
  frames: z.boolean().default(true),
  reason: z.string().optional(),
});

export type StoredTrial = z.output<typeof trialSchema>;

/**
 * A change that needs a restart, on its way through it. It is tried by one start only: a process that dies before it
 * has confirmed the change leaves `started` behind, and the next one goes on without it.
 */
export class TrialFile {
  readonly #file: string;
  /** A trial that did not work out, for the report; until `clear`. */
  failed: StoredTrial | undefined;

  constructor(folder: string) {
    this.#file = join(folder, 'trial.json');
  }

  /** At a start: the trial to put into effect, if one is waiting. `revision` is that of what is kept. */
  begin(revision: number, fits: (overlay: Overlay) => boolean, problems: string[]): StoredTrial | undefined {
    const trial = this.#read(problems);
    if (trial === undefined) return undefined;
    if (trial.overlay.revision <= revision) {
      this.clear(); // kept just before the power went
      return undefined;
    }
    if (trial.state !== 'staged' || !fits(trial.overlay)) {
      this.failed = { ...trial, reason: trial.reason ?? 'the daemon ended before it was healthy' };
      return undefined;
    }
    const started: StoredTrial = { ...trial, state: 'started' };
    this.write(started);
    return started;
  }

  write(trial: StoredTrial): void {
    writeDurably(this.#file, JSON.stringify(trial));
  }

  clear(): void {
    this.failed = undefined;
    if (existsSync(this.#file)) unlinkSync(this.#file);
  }

  #read(problems: string[]): StoredTrial | undefined {
    if (!existsSync(this.#file)) return undefined;
    try {
      return trialSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      problems.push(`${this.#file} is unreadable: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }
}
