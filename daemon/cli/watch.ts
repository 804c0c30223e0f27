import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../util/error.js';
import { examples } from './lazy.js';
import { UsageError } from './usage-error.js';

interface WatchOptions {
  readonly url: string;
  readonly base: string;
  readonly device: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly count?: number;
}

export function register(command: Command): void {
  command
    .option('--url <url>', 'address of the broker (mqtt, mqtts, ws, wss)', 'mqtt://127.0.0.1:1883')
    .option('--device <id>', 'only this device; + is any', '+')
    .option('--base <topic>', 'base topic', 'zynqnet')
    .option('--user <name>', 'user name for the broker')
    .option('--password-file <file>', 'file whose first line is the password')
    .option('--ca <file>', 'PEM file of authorities to trust')
    .option('-n, --count <number>', 'end after this many results', positive)
    .action(watch);
  examples(command, [
    'zynqnetd watch',
    'zynqnetd watch --url mqtt://broker.example --device 5f2c9d01ab',
    'zynqnetd watch --url mqtts://broker.example --ca ca.crt --user me --password-file pw | tee log.txt',
  ]);
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return number;
}

async function watch(options: WatchOptions): Promise<void> {
  if (!/^(mqtts?|wss?):\/\//.test(options.url)) {
    throw new UsageError(`--url ${options.url}: expected mqtt://, mqtts://, ws:// or wss://`);
  }
  const { connect } = await import('mqtt');
  const { eventPayload, resultPayload, statusPayload } = await import('../mqtt/topics/payloads.js');
  const { openView } = await import('./view/open.js');
  const { firstLine } = await import('../mqtt/connection/mqtt-options.js');

  const client = connect(options.url, {
    reconnectPeriod: 2000,
    ...(options.user === undefined ? {} : { username: options.user }),
    ...(options.passwordFile === undefined ? {} : { password: firstLine(options.passwordFile) }),
    ...(options.ca === undefined ? {} : { ca: readFileSync(options.ca) }),
  });
  const view = openView();
  const prefix = `${options.base}/${options.device}`;
  const states = new Map<string, string>();
  let lastProblem = '';
  let seen = 0;

  await new Promise<void>((resolve) => {
    const problem = (text: string) => {
      if (text !== lastProblem) view.line(`${text}\n`);
      lastProblem = text;
    };
    client.on('connect', () => {
      lastProblem = '';
      client.subscribe([`${prefix}/status`, `${prefix}/result`, `${prefix}/event`], { qos: 1 });
    });
    client.on('error', (error) => problem(`${options.url}: ${messageOf(error)}; trying again`));
    client.on('message', (topic, payload) => {
      const [device = '', name = ''] = topic.slice(options.base.length + 1).split('/');
      const data = parse(payload);
      const status = name === 'status' ? statusPayload.safeParse(data).data : undefined;
      if (status !== undefined && states.get(device) !== status.state) {
        states.set(device, status.state);
        view.line(`${device} is ${status.state}\n`);
      }
      const result = name === 'result' ? resultPayload.safeParse(data).data : undefined;
      if (result !== undefined) {
        view.result(result);
        seen += 1;
        if (seen === options.count) resolve();
      }
      const event = name === 'event' ? eventPayload.safeParse(data).data : undefined;
      if (event !== undefined) view.event(event);
    });
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  view.close();
  await client.endAsync(true);
}

/** Anybody may publish anything; what is not JSON is not shown. */
function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
