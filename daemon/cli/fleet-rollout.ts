import { setTimeout as sleep } from 'node:timers/promises';
import type { Board } from '../mqtt/clients/directory.js';
import type { Outcome, RolloutSteps } from '../mqtt/clients/rollout.js';
import { messageOf } from '../util/error.js';
import { columns } from './columns.js';
import type { Fleet, RolloutOptions } from './fleet-options.js';

/** What differs between the changes that `fleet` can make. */
export interface FleetChange {
  readonly apply: RolloutSteps['apply'];
  readonly applyAll?: RolloutSteps['applyAll'];
  /** Rolls it back on one board, if the change knows how. */
  readonly undo?: (device: string) => Promise<void>;
}

/** Takes a change to the boards, shows how it goes, and ends with a table. Resolves to the exit code. */
export async function showRollout(
  fleet: Fleet,
  boards: readonly Board[],
  options: RolloutOptions,
  change: FleetChange,
): Promise<number> {
  const { rollOut } = await import('../mqtt/clients/rollout.js');
  const { canaries: canaryCount, soak, parallel, maxFailures, json } = options;
  const reachable = boards.filter(({ state }) => state === 'online' || state === 'init');
  const away = boards.filter((board) => !reachable.includes(board));
  const names = reachable.map(({ device }) => device);
  // Canaries are boards that are well: one that is ill already proves nothing.
  const ordered = [...names].sort((a, b) => illness(fleet, a) - illness(fleet, b));
  const canaries = ordered.slice(0, Math.min(canaryCount, Math.max(0, names.length - 1) || canaryCount));
  const rest = names.filter((name) => !canaries.includes(name));

  let interrupted = false;
  const onSignal = () => {
    if (interrupted) process.exit(1);
    interrupted = true;
    process.stderr.write('\nno further board is asked; waiting for those that were\n');
  };
  process.on('SIGINT', onSignal);
  const say = new ProgressLine(names.length, json === true);
  if (canaries.length > 0 && rest.length > 0) say.note(`${canaries.join(', ')} before ${rest.length} more`);
  const { outcomes, untouched } = await rollOut(
    { canaries, rest, parallel, maxFailures },
    {
      apply: change.apply,
      ...(change.applyAll === undefined ? {} : { applyAll: change.applyAll }),
      unwell: (device) => {
        if (soak > 0) say.note(`${device} has answered ok and is watched for ${soak} s`);
        return watch(fleet, device, soak, () => interrupted);
      },
      progress: (outcome) => say.outcome(outcome),
      cancelled: () => interrupted,
    },
  );
  process.off('SIGINT', onSignal);
  say.end();

  const failed = outcomes.filter(({ ok }) => !ok).length;
  const undone = failed > 0 && change.undo !== undefined ? await undoAll(outcomes, change.undo) : [];
  const skipped = away.map(({ device, state }) => ({ device, state }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ outcomes, untouched, away: skipped, undone })}\n`);
  } else {
    const rows = [
      ...outcomes.map(({ device, ok, message, seconds }) => [
        device,
        ok ? 'ok' : 'FAILED',
        `${seconds} s`,
        ok ? '' : message,
      ]),
      ...untouched.map((device) => [device, 'not asked', '', '']),
      ...skipped.map(({ device, state }) => [device, 'away', '', `it is ${state}`]),
    ];
    process.stdout.write(columns([['device', 'result', 'after', ''], ...rows]));
    process.stdout.write(
      `${outcomes.length - failed} of ${boards.length} done, ${failed} failed, ${untouched.length} not asked, ${away.length} away\n`,
    );
    if (undone.length > 0) process.stdout.write(`rolled back on ${undone.join(', ')}\n`);
  }
  return failed === 0 && untouched.length === 0 && away.length === 0 ? 0 : 1;
}

/** 0 for a board that runs well. */
function illness({ directory }: Fleet, device: string): number {
  const board = directory.board(device);
  return (board?.alerts.size ?? 0) + (board?.state === 'online' ? 0 : 1);
}

/** What has become of a board within `seconds`: an alert, or that it is gone. */
async function watch(
  { directory }: Fleet,
  device: string,
  seconds: number,
  cancelled: () => boolean,
): Promise<string | undefined> {
  const before = new Set(directory.board(device)?.alerts);
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const board = directory.board(device);
    const fresh = [...(board?.alerts ?? [])].filter((alert) => !before.has(alert));
    if (fresh.length > 0) return `it answered ok, then raised the alert ${fresh.join(', ')}`;
    if (board?.state === 'offline' || board?.state === 'stopped') return 'it answered ok, then went away';
    if (performance.now() >= end || cancelled()) return undefined;
    await sleep(100);
  }
}

async function undoAll(outcomes: readonly Outcome[], undo: (device: string) => Promise<void>): Promise<string[]> {
  const undone: string[] = [];
  for (const { device, changed } of outcomes) {
    if (!changed) continue;
    try {
      await undo(device);
      undone.push(device);
    } catch (error) {
      process.stderr.write(`${device}: cannot be rolled back: ${messageOf(error)}\n`);
    }
  }
  return undone;
}

/** One line that changes on a terminal, one line an event in a pipe. */
class ProgressLine {
  readonly #total: number;
  readonly #quiet: boolean;
  #done = 0;
  #failed = 0;

  constructor(total: number, quiet: boolean) {
    this.#total = total;
    this.#quiet = quiet;
  }

  outcome({ device, ok, message, seconds }: Outcome): void {
    this.#done += 1;
    if (!ok) this.#failed += 1;
    this.note(`${device} ${ok ? `ok after ${seconds} s` : message}`);
  }

  note(text: string): void {
    if (this.#quiet) return;
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    const line = `${this.#done} of ${this.#total}${failed}: ${text}`;
    if (!process.stderr.isTTY) process.stderr.write(`${line}\n`);
    else process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  /** The table starts on a line of its own. */
  end(): void {
    if (!this.#quiet && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
