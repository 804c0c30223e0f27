import { type Command, InvalidArgumentError } from 'commander';
import type { ModelRuntime } from '../inference/model-runtime.js';

export interface RuntimeOptions {
  readonly model?: string;
  readonly backend: string;
  readonly threads?: number | null;
}

/** `--model`, `--backend` and `--threads`, as every command takes them that runs a network. */
export function addRuntimeOptions(command: Command): Command {
  return command
    .option('--model <file>', 'a .zqn file (default: the built-in road sign model)')
    .option('--backend <name>', 'what runs the network: auto, cpu, scalar, …', 'auto')
    .option('--threads <number>', 'threads of the CPU engine', wholeNumber(1, 16));
}

export async function openRuntime({ model, backend, threads = null }: RuntimeOptions): Promise<ModelRuntime> {
  const { ModelRuntime } = await import('../inference/model-runtime.js');
  return ModelRuntime.open(model ?? null, { backend, threads });
}

/** A parser of whole numbers in a range, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`);
  };
}
