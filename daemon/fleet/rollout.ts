/** What came of one board. */
export interface Outcome {
  readonly device: string;
  readonly ok: boolean;
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
  /** Asks a board and waits for its answer; rejects when it refuses or says nothing. */
  apply(device: string): Promise<void>;
  /** After the canaries have answered: what is wrong with this one now, if anything. */
  unwell(device: string): Promise<string | undefined>;
  /** Instead of one by one: all of the rest with one message. Resolves to each one's outcome. */
  applyAll?(devices: readonly string[]): Promise<Outcome[]>;
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
    for (const outcome of await steps.applyAll(plan.rest)) done(outcome);
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
  const seconds = () => Math.round((performance.now() - startMs) / 10) / 100;
  try {
    await steps.apply(device);
    const problem = isCanary ? await steps.unwell(device) : undefined;
    return { device, ok: problem === undefined, message: problem ?? 'ok', seconds: seconds() };
  } catch (error) {
    return { device, ok: false, message: error instanceof Error ? error.message : String(error), seconds: seconds() };
  }
}
