/** Several things timed in turns in one process, so that a busy machine is unfair to all of them alike. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Runner {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Thread pools keep spinning for a while after work: without a pause one runner's threads would slow the next. */
const pauseMs = 10;
const runsPerTurn = 4;

export interface Times {
  /** milliseconds of each run */
  readonly wallMs: number[];
  /** the same in time that the whole process spent on processors: what other programs take does not count */
  readonly processorMs: number[];
}

/** The times of each run by runner. In each round every runner warms up with one run and is timed for four. */
export async function takeTurns(runners: readonly Runner[], rounds: number): Promise<Map<string, Times>> {
  const times = new Map(runners.map((runner) => [runner.name, { wallMs: [], processorMs: [] } as Times]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of runners) {
      await sleep(pauseMs);
      await run();
      for (let timed = 0; timed < runsPerTurn; timed += 1) {
        const processor = process.cpuUsage();
        const start = performance.now();
        await run();
        times.get(name)?.wallMs.push(performance.now() - start);
        const { user, system } = process.cpuUsage(processor);
        times.get(name)?.processorMs.push((user + system) / 1000);
      }
    }
  }
  return times;
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
