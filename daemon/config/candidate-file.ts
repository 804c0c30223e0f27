import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../util/durable.js';
import { messageOf } from '../util/error.js';
import { type Overlay, overlaySchema } from './overlay.js';

/** Who asked for the change, so that the process after the restart can answer. */
const answerSchema = z.strictObject({
  id: z.union([z.string(), z.number(), z.null()]),
  responseTopic: z.string().optional(),
  /** Base64 */
  correlationData: z.string().optional(),
});

const candidateSchema = z.strictObject({
  /** `staged`: for the next start to try. `started`: a start is trying it. `failed`: to be reported, then forgotten. */
  state: z.enum(['staged', 'started', 'failed']),
  overlay: overlaySchema,
  answer: answerSchema,
  /** Frames came before the restart: they must come after it too. */
  frames: z.boolean().default(true),
  reason: z.string().optional(),
});

export type StoredCandidate = z.output<typeof candidateSchema>;

/**
 * A change that needs a restart, on its way through it. It is tried by one start only: a process that dies before it
 * has confirmed the change leaves `started` behind, and the next one goes on without it.
 */
export class CandidateFile {
  readonly #file: string;
  /** A candidate that was not confirmed, to be reported; until `clear`. */
  failed: StoredCandidate | undefined;

  constructor(folder: string) {
    this.#file = join(folder, 'trial.json');
  }

  /** At a start: the candidate to put into effect, if one is waiting. `revision` is that of what is confirmed. */
  begin(revision: number, fits: (overlay: Overlay) => boolean, problems: string[]): StoredCandidate | undefined {
    const candidate = this.#read(problems);
    if (candidate === undefined) return undefined;
    if (candidate.overlay.revision <= revision) {
      this.clear(); // confirmed just before the power went
      return undefined;
    }
    if (candidate.state !== 'staged' || !fits(candidate.overlay)) {
      this.failed = { ...candidate, reason: candidate.reason ?? 'the daemon ended before it was healthy' };
      return undefined;
    }
    const started: StoredCandidate = { ...candidate, state: 'started' };
    this.write(started);
    return started;
  }

  write(candidate: StoredCandidate): void {
    writeDurably(this.#file, JSON.stringify(candidate));
  }

  clear(): void {
    this.failed = undefined;
    if (existsSync(this.#file)) unlinkSync(this.#file);
  }

  #read(problems: string[]): StoredCandidate | undefined {
    if (!existsSync(this.#file)) return undefined;
    try {
      return candidateSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      problems.push(`${this.#file} is unreadable: ${messageOf(error)}`);
      return undefined;
    }
  }
}
