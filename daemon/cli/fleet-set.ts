import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Answer, Question } from '../mqtt/clients/requester.js';
import type { Outcome } from '../mqtt/clients/rollout.js';
import { messageOf } from '../util/error.js';
import { addRolloutOptions, chosenBoards, type Fleet, openFleet, type RolloutOptions } from './fleet-options.js';
import { showRollout } from './fleet-rollout.js';
import { examples } from './lazy.js';
import { UsageError } from './usage-error.js';

interface SetOptions extends RolloutOptions {
  readonly patch?: string;
  readonly atOnce?: boolean;
  readonly undo?: boolean;
}

export function register(command: Command): void {
  addRolloutOptions(command)
    .argument('[key=value...]', 'keys of the configuration with their new values, e.g. classify.threshold=0.6')
    .option('--patch <file>', 'a JSON merge patch instead (- is standard input)')
    .option('--at-once', 'after the canaries: one message to the whole --group')
    .option('--undo', 'when a board fails: take the change back on those that have it')
    .action(set);
  examples(command, [
    'zynqnetd fleet set --group north classify.threshold=0.6',
    'zynqnetd fleet set --all --canaries 3 --soak 60 --undo camera.v4l2.framesPerSecond=15',
    'zynqnetd fleet set --group north --at-once --patch night.json',
  ]);
}

async function set(assignments: readonly string[], options: SetOptions): Promise<void> {
  const { group, atOnce, undo, timeout, device } = options;
  if (atOnce && (group === undefined || device.length > 0)) {
    throw new UsageError('--at-once goes to a whole --group, and to no single --device');
  }
  const patch = await patchOf(assignments, options.patch);
  const fleet = await openFleet(options);
  try {
    const boards = await chosenBoards(fleet, options);
    const limitMs = timeout * 1000;
    const question: Question = { topic: 'config/set', body: { patch }, limitMs };
    const revisions = new Revisions(fleet);
    const rollback = (name: string): Question => ({
      topic: 'config/rollback',
      // Only our own change, if nobody has made another one since.
      body: { revision: revisions.after(name) },
      limitMs,
    });
    process.exitCode = await showRollout(fleet, boards, options, {
      apply: (name) => revisions.watch(name, () => fleet.requester.ask(name, question)),
      ...(atOnce && group !== undefined
        ? { applyAll: (names, done) => setGroup(fleet, group, names, question, revisions, done) }
        : {}),
      ...(undo ? { undo: async (name) => void (await fleet.requester.ask(name, rollback(name))) } : {}),
    });
  } finally {
    await fleet.broker.close();
  }
}

/** What each board's revision was before and after it was asked: whether it has changed, and what there is to take back. */
class Revisions {
  readonly #fleet: Fleet;
  readonly #after = new Map<string, number>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  after(device: string): number | undefined {
    return this.#after.get(device);
  }

  /** Resolves to whether the answer has a new revision. */
  async watch(device: string, ask: () => Promise<Answer>): Promise<boolean> {
    const before = this.#fleet.directory.board(device)?.revision;
    const { revision } = await ask();
    if (typeof revision !== 'number' || revision === before) return false;
    this.#after.set(device, revision);
    return true;
  }
}

async function setGroup(
  { requester }: Fleet,
  group: string,
  devices: readonly string[],
  question: Question,
  revisions: Revisions,
  done: (outcome: Outcome) => void,
): Promise<void> {
  const { failure, secondsSince } = await import('../mqtt/clients/rollout.js');
  const startMs = performance.now();
  const asked = requester.askGroup(group, devices, question);
  const one = async (device: string) => {
    try {
      const changed = await revisions.watch(device, async () => (await asked).get(device) as Promise<Answer>);
      done({ device, ok: true, changed, message: 'ok', seconds: secondsSince(startMs) });
    } catch (error) {
      done(failure(device, error, startMs));
    }
  };
  await Promise.all(devices.map(one));
}

/** A merge patch from `key=value` words, whose values are YAML as in `run --set`, or from a file. */
async function patchOf(assignments: readonly string[], file: string | undefined): Promise<Record<string, unknown>> {
  if (assignments.length > 0 === (file !== undefined)) throw new UsageError('give either key=value words or --patch');
  if (file !== undefined) return readPatch(file);
  const odd = assignments.find((word) => !/^[^=\s]+=/.test(word));
  if (odd !== undefined) throw new UsageError(`${odd}: expected key=value, e.g. classify.threshold=0.6`);
  const { mergeSettings, settingPatch } = await import('../config/load.js');
  return mergeSettings({}, assignments.map(settingPatch)) as Record<string, unknown>;
}

function readPatch(file: string): Record<string, unknown> {
  let patch: unknown;
  try {
    patch = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--patch ${file} cannot be read: ${messageOf(error)}`);
  }
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch as Record<string, unknown>;
  throw new UsageError(`--patch ${file} holds no JSON object`);
}
