import { messageOf } from '../../util/error.js';

/** What came of one board. */
export interface Outcome {
  readonly device: string;
  readonly ok: boolean;
  /** It runs with something else than before; a canary may, and not be ok. */
  readonly changed: boolean;
  /** `ok`, or why not. */
  readonly message: string;
  readonly seconds: number;
}

export interface RolloutPlan {
  /** Asked first, one after the other; the rest is only touched when all of them are well. */
  readonly canaries: readonly string[];
  readonly rest: readonly string[];
  /** How many are asked at the same time. */
  readonly parallel: number;
  /** More failures than this among the rest, and no further board is asked. */
  readonly maxFailures: number;
}

export interface RolloutSteps {
  /** Asks a board and waits for its answer: whether that changed anything. Rejects when it refuses or says nothing. */
  apply(device: string): Promise<boolean>;
  /** After the canaries have answered: what is wrong with this one now, if anything. */
  unwell(device: string): Promise<string | undefined>;
  /** Instead of one by one: all of the rest with one message. Reports each outcome, and resolves after the last. */
  applyAll?(devices: readonly string[], done: (outcome: Outcome) => void): Promise<void>;
  progress(outcome: Outcome): void;
  /** True to ask no further board. */
  cancelled(): boolean;
}

export interface RolloutResult {
  readonly outcomes: readonly Outcome[];
  /** Boards that were not asked, since others had failed. */
  readonly untouched: readonly string[];
}

/** Applies something to many boards: canaries first, then the rest, as long as it goes well. */
export async function rollOut(plan: RolloutPlan, steps: RolloutSteps): Promise<RolloutResult> {
  const outcomes: Outcome[] = [];
  const done = (outcome: Outcome) => {
    outcomes.push(outcome);
    steps.progress(outcome);
  };
  const all = [...plan.canaries, ...plan.rest];
  const untouched = () => all.filter((device) => !outcomes.some((outcome) => outcome.device === device));

  for (const device of plan.canaries) {
    if (steps.cancelled()) return { outcomes, untouched: untouched() };
    const outcome = await applyTo(device, steps, true);
    done(outcome);
    if (!outcome.ok) return { outcomes, untouched: untouched() };
  }
  if (plan.rest.length > 0 && steps.applyAll !== undefined && !steps.cancelled()) {
    await steps.applyAll(plan.rest, done);
    return { outcomes, untouched: untouched() };
  }
  await eachOf(plan, steps, done);
  return { outcomes, untouched: untouched() };
}

async function eachOf(plan: RolloutPlan, steps: RolloutSteps, done: (outcome: Outcome) => void): Promise<void> {
  const waiting = [...plan.rest];
  let failures = 0;
  const worker = async () => {
    for (;;) {
      if (failures > plan.maxFailures || steps.cancelled()) return;
      const device = waiting.shift();
      if (device === undefined) return;
      const outcome = await applyTo(device, steps, false);
      if (!outcome.ok) failures += 1;
      done(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, plan.parallel) }, worker));
}

async function applyTo(device: string, steps: RolloutSteps, isCanary: boolean): Promise<Outcome> {
  const startMs = performance.now();
  try {
    const changed = await steps.apply(device);
    const problem = isCanary ? await steps.unwell(device) : undefined;
    return { device, ok: problem === undefined, changed, message: problem ?? 'ok', seconds: secondsSince(startMs) };
  } catch (error) {
    return failure(device, error, startMs);
  }
}

/** A board that refused, or said nothing. */
export function failure(device: string, error: unknown, startMs: number): Outcome {
  const message = messageOf(error);
  return { device, ok: false, changed: false, message, seconds: secondsSince(startMs) };
}

export function secondsSince(startMs: number): number {
  return Math.round((performance.now() - startMs) / 10) / 100;
}
