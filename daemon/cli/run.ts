import type { Command } from 'commander';
import { addConfigOptions } from './config.js';
import { examples } from './lazy.js';

interface RunOptions {
  readonly config?: string;
  readonly set: string[];
}

export function register(command: Command): void {
  addConfigOptions(command).action(run);
  examples(command, [
    'zynqnetd run                                       # scene camera, default model, embedded broker',
    'zynqnetd run -c /etc/zynqnetd.yaml',
    'zynqnetd run --set camera.source=v4l2 --set camera.v4l2.device=/dev/video2',
    'zynqnetd run --set mqtt.url=mqtt://broker.example:1883 --set log.format=json',
  ]);
}

async function run(options: RunOptions): Promise<void> {
  for (;;) {
    const end = await runOnce(options);
    // Where a supervisor starts the daemon again, a restart is a new process; elsewhere (a terminal) a new daemon in this one.
    if (end !== 'restart' || process.env.ZYNQNETD_SUPERVISED === '1') process.exit(end === 'restart' ? 0 : end);
  }
}

/** One life of the daemon; resolves to the exit code, or to a restart that was asked for. */
async function runOnce(options: RunOptions): Promise<number | 'restart'> {
  const { loadConfigData } = await import('../config/load.js');
  const { ConfigStore } = await import('../config/store.js');
  const { createLogger } = await import('../monitoring/log/logger.js');
  const { LogOutput } = await import('../monitoring/log/log-output.js');
  const { Daemon } = await import('../app/daemon.js');
  const { openView } = await import('./view/open.js');

  const { data, warnings } = loadConfigData(options.config, options.set);
  const store = ConfigStore.open(data, options.config);
  const view = openView(store.config.log.format);
  const output = new LogOutput({
    format: store.config.log.format,
    write: (line) => view.line(line),
    maxLinesPerSecond: () => store.config.log.maxLinesPerSecond,
  });
  const log = createLogger(store.config.log.level, output);
  for (const warning of warnings) log.warn(warning);
  const ends = new Ends();
  const daemon = new Daemon({
    store,
    log,
    output,
    giveUp: (reason) => {
      log.fatal({ reason }, 'the daemon ends, so that its supervisor restarts it');
      ends.ask(exitForSupervisor);
    },
    onRestart: () => ends.ask('restart'),
    view,
  });
  // A defect of ours: what it has left behind is unknown, so that a new process is the way on.
  const onDefect = (error: unknown) => {
    log.fatal(
      { err: error },
      'unexpected error, a bug in zynqnetd; the daemon ends, so that its supervisor restarts it',
    );
    ends.ask(exitForSupervisor);
  };
  process.on('uncaughtException', onDefect);
  const started = daemon.start().then(() => {
    view.line(subscribeHelp(daemon.brokerUrl, store.config.mqtt.baseTopic, daemon.device));
  });
  try {
    // A start that fails ends all; one that is overtaken by an end is not waited for.
    const wanted = await Promise.race([started.then(() => ends.asked), ends.asked]);
    const clean = await daemon.stop(wanted === 'restart' ? 'restart' : 'end');
    if (wanted !== 0) return wanted;
    return clean ? 0 : 1;
  } finally {
    await daemon.stop();
    process.off('uncaughtException', onDefect);
    ends.close();
    view.close();
  }
}

/** Different from a failed start (1) and wrong usage (2). */
const exitForSupervisor = 3;

/** What ends a life of the daemon: a signal, or something inside it. A second signal does not wait any longer. */
class Ends {
  readonly asked: Promise<number | 'restart'>;
  ask: (end: number | 'restart') => void = () => {};
  #signalled = false;
  readonly #onSignal = () => {
    if (this.#signalled) process.exit(1);
    this.#signalled = true;
    this.ask(0);
  };

  constructor() {
    this.asked = new Promise((resolve) => {
      this.ask = resolve;
    });
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  close(): void {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }
}

function subscribeHelp(brokerUrl: string, baseTopic: string, device: string): string {
  const { hostname, port, protocol } = new URL(brokerUrl);
  const topics = `${baseTopic}/${device}/#`;
  const host = `-h ${hostname} -p ${port || (protocol === 'mqtts:' ? 8883 : 1883)}`;
  const url = brokerUrl === 'mqtt://127.0.0.1:1883' ? '' : ` --url ${brokerUrl}`;
  const anyTool = protocol.startsWith('mqtt') ? `  mosquitto_sub ${host} -t '${topics}' -v\n` : '';
  return `results are on ${brokerUrl} under ${topics}; in another terminal:\n${anyTool}  npx zynqnetd watch${url}\n`;
}
