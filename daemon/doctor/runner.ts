import { messageOf } from '../util/error.js';
import { TimeLimitError, withTimeLimit } from '../util/time-limit.js';
import type { Check, Context } from './check.js';
import { type Finding, failed, holds, type Result, skipped } from './finding.js';

export interface RunOptions {
  /** Multiplies every time limit: emulated boards are slow. */
  readonly patience?: number;
  /** Only these checks, and what they need. */
  readonly only?: readonly string[];
  /** Called as each result comes. */
  readonly onResult?: (result: Result) => void;
}

/** Runs the checks in order, one at a time. Always ends: a check that does not answer is left behind at its limit. */
export async function runChecks(
  checks: readonly Check[],
  context: Context,
  { patience = 1, only, onResult }: RunOptions = {},
): Promise<Result[]> {
  const results = new Map<string, Result>();
  for (const check of only === undefined ? checks : withNeeds(checks, only)) {
    const startMs = performance.now();
    const blocker = check.needs?.map((id) => results.get(id)).find((result) => result === undefined || !holds(result));
    const finding = blocker === undefined ? await limited(check, context, patience) : skipped(because(blocker));
    const { id, group, title } = check;
    const result = { id, group, title, ...finding, durationMs: Math.round(performance.now() - startMs) };
    results.set(id, result);
    onResult?.(result);
  }
  return [...results.values()];
}

/** The named checks with everything that they need, in the order of the list. Throws RangeError for an unknown name. */
export function withNeeds(checks: readonly Check[], names: readonly string[]): Check[] {
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const check = checks.find(({ id }) => id === name);
    if (!check)
      throw new RangeError(`no check is called '${name}'; there are ${checks.map(({ id }) => id).join(', ')}`);
    wanted.add(name);
    for (const need of check.needs ?? []) want(need);
  };
  for (const name of names) want(name);
  return checks.filter(({ id }) => wanted.has(id));
}

/** A check that was itself skipped passes its own reason on: the first cause is what the reader needs. */
function because(blocker: Result): string {
  if (blocker.state === 'skipped') return blocker.found;
  return blocker.state === 'failed' ? `'${blocker.title}' has failed` : `'${blocker.title}' is not certain`;
}

async function limited(check: Check, context: Context, patience: number): Promise<Finding> {
  const abort = new AbortController();
  try {
    // The promise is made inside, so that a check that throws at once is caught as well.
    const work = (async () => check.run(context, abort.signal))();
    return await withTimeLimit(work, check.limitMs * patience);
  } catch (error) {
    const late = error instanceof TimeLimitError;
    if (late) abort.abort();
    return failed(
      messageOf(error),
      check.hungRemedy ?? (late ? 'dmesg | tail -n 30' : 'ZYNQNETD_DEBUG=1 zynqnetd doctor --json'),
    );
  }
}
