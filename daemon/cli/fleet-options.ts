import type { Command } from 'commander';
import type { Board, Directory } from '../mqtt/clients/directory.js';
import type { BrokerAddress, FleetBroker } from '../mqtt/clients/fleet-broker.js';
import type { Requester } from '../mqtt/clients/requester.js';
import { wholeNumber } from './runtime-options.js';
import { UsageError } from './usage-error.js';

export interface FleetOptions extends BrokerAddress {
  readonly base: string;
  readonly device: readonly string[];
  readonly group?: string;
  readonly wait: number;
}

export interface RolloutOptions extends FleetOptions {
  readonly all?: boolean;
  readonly canaries: number;
  readonly parallel: number;
  readonly maxFailures: number;
  readonly soak: number;
  readonly timeout: number;
  readonly json?: boolean;
}

/** A connection to the fleet's broker, with what it tells of the boards. */
export interface Fleet {
  readonly broker: FleetBroker;
  readonly directory: Directory;
  readonly requester: Requester;
}

/** Broker and selection, as every command of `fleet` takes them. */
export function addFleetOptions(command: Command): Command {
  const collect = (value: string, before: string[]) => [...before, value];
  return command
    .option('--url <url>', 'address of the broker (mqtt, mqtts, ws, wss)', 'mqtt://127.0.0.1:1883')
    .option('--base <topic>', 'base topic', 'zynqnet')
    .option('--user <name>', 'user name for the broker')
    .option('--password-file <file>', 'file whose first line is the password')
    .option('--ca <file>', 'PEM file of authorities to trust')
    .option('--cert <file>', "PEM file of this user's certificate")
    .option('--key <file>', "PEM file of the certificate's private key")
    .option('--device <id>', 'this board; * stands for anything; may be repeated', collect, [])
    .option('--group <name>', 'the boards of this fleet group')
    .option('--wait <seconds>', "longest wait for the boards' retained messages", wholeNumber(1, 600), 5);
}

/** How a change goes to many boards. */
export function addRolloutOptions(command: Command): Command {
  return addFleetOptions(command)
    .option('--all', 'every board')
    .option('--canaries <n>', 'boards that go first; the rest only if they stay well', wholeNumber(0, 1000), 1)
    .option('--soak <seconds>', 'how long a canary is watched after it has answered', wholeNumber(0, 86_400), 10)
    .option('--parallel <n>', 'boards that are asked at the same time', wholeNumber(1, 1000), 10)
    .option('--max-failures <n>', 'beyond this many failures no further board is asked', wholeNumber(0, 1000), 0)
    .option('--timeout <seconds>', "longest wait for a board's answer", wholeNumber(1, 3600), 90)
    .option('--json', 'one JSON object');
}

/** Connects, and waits until the broker has sent what it knows of its boards. */
export async function openFleet({ base, wait, ...address }: FleetOptions): Promise<Fleet> {
  if (!/^(mqtts?|wss?):\/\//.test(address.url)) {
    throw new UsageError(`--url ${address.url}: expected mqtt://, mqtts://, ws:// or wss://`);
  }
  const { FleetBroker } = await import('../mqtt/clients/fleet-broker.js');
  const { Directory } = await import('../mqtt/clients/directory.js');
  const { Requester } = await import('../mqtt/clients/requester.js');
  const broker = await FleetBroker.connect(address);
  const directory = new Directory(base);
  const requester = new Requester(broker, base);
  await broker.subscribe(directory.filters, (topic, payload) => directory.take(topic, payload));
  await requester.start();
  await directory.settled(500, wait * 1000);
  return { broker, directory, requester };
}

/** The boards that the options choose. Throws UsageError when a change does not say which, or there are none. */
export async function chosenBoards({ directory }: Fleet, options: FleetOptions & { all?: boolean }): Promise<Board[]> {
  const { device, group, all } = options;
  if (device.length === 0 && group === undefined && all !== true) {
    throw new UsageError('which boards? Give --device, --group or --all');
  }
  const { selectBoards } = await import('../mqtt/clients/select-boards.js');
  const boards = selectBoards(directory.boards, { devices: device, ...(group === undefined ? {} : { group }) });
  if (boards.length === 0) throw new UsageError(noBoards(options));
  return boards;
}

export function noBoards({ url, base }: FleetOptions): string {
  return `no such board at ${url} under ${base}/; "zynqnetd fleet list" shows those that there are`;
}
