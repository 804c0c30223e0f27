import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { SignedModel } from '../mqtt/clients/model-sender.js';
import type { Question } from '../mqtt/clients/requester.js';
import { messageOf } from '../util/error.js';
import { addRolloutOptions, chosenBoards, openFleet, type RolloutOptions } from './fleet-options.js';
import { showRollout } from './fleet-rollout.js';
import { examples } from './lazy.js';
import { UsageError } from './usage-error.js';

interface InstallOptions extends RolloutOptions {
  readonly signed: string;
  readonly undo?: boolean;
}

export function register(command: Command): void {
  addRolloutOptions(command)
    .argument('<model>', 'a .zqn file')
    .requiredOption('--signed <file>', 'what `zynqnetd model sign` printed for it')
    .option('--undo', 'when a board fails: back to the previous model on those that have it')
    .action(install);
  examples(command, [
    'zynqnetd model sign signs.zqn --key release.key > signs.install.json',
    'zynqnetd fleet install signs.zqn --signed signs.install.json --group north --canaries 2 --soak 300',
  ]);
}

async function install(model: string, options: InstallOptions): Promise<void> {
  const file = readModel(model);
  const signed = await readSigned(options.signed, model, file);
  const fleet = await openFleet(options);
  try {
    const { ModelSender } = await import('../mqtt/clients/model-sender.js');
    const boards = await chosenBoards(fleet, options);
    const { broker, requester } = fleet;
    const limitMs = options.timeout * 1000;
    const sender = new ModelSender({ broker, requester, base: options.base, file, signed, limitMs });
    await sender.start();
    const previous: Question = {
      topic: 'command/model/activate',
      body: { model: 'previous' },
      limitMs,
    };
    const runs = (device: string) => fleet.directory.board(device)?.info?.model.sha256;
    process.exitCode = await showRollout(fleet, boards, options, {
      async apply(device) {
        const before = runs(device);
        await sender.install(device);
        return signed.activate !== false && before !== signed.sha256;
      },
      ...(options.undo ? { undo: async (device) => void (await requester.ask(device, previous)) } : {}),
    });
  } finally {
    await fleet.broker.close();
  }
}

function readModel(model: string): Buffer {
  try {
    return readFileSync(model);
  } catch (error) {
    throw new UsageError(`${model} cannot be read: ${messageOf(error)}`);
  }
}

async function readSigned(name: string, model: string, file: Buffer): Promise<SignedModel> {
  const { signedModel } = await import('../mqtt/clients/model-sender.js');
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(name, 'utf8'));
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${messageOf(error)}`);
  }
  const signed = signedModel.safeParse(data).data;
  const sha256 = createHash('sha256').update(file).digest('hex');
  if (signed === undefined || signed.sha256 !== sha256 || signed.bytes !== file.length) {
    throw new UsageError(`${name} is not what "zynqnetd model sign ${model}" prints; sign the model again`);
  }
  return signed;
}
