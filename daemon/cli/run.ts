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
  const { loadConfigData } = await import('../config/load.js');
  const { ConfigStore } = await import('../config/store.js');
  const { createLogger } = await import('../app/logger.js');
  const { Daemon } = await import('../app/daemon.js');
  const { openView } = await import('./view/open.js');

  const store = ConfigStore.open(loadConfigData(options.config, options.set), options.config);
  const view = openView(store.config.log.format);
  const log = createLogger(store.config.log, (line) => view.line(line));
  let giveUp = (_reason: string) => {};
  const daemon = new Daemon({
    store,
    log,
    giveUp: (reason) => giveUp(reason),
    onResult: (result) => view.result(result),
    onEvent: (event) => view.event(event),
  });

  const end = async () => {
    const clean = await daemon.stop();
    view.close();
    return clean ? 0 : 1;
  };
  const gaveUp = new Promise<number>((resolve) => {
    giveUp = (reason) => {
      log.fatal({ reason }, 'ending, so that the supervisor starts the daemon anew');
      void end().then(() => resolve(exitForSupervisor));
    };
  });
  const ended = Promise.race([endedBySignal(end), gaveUp]);
  try {
    await daemon.start();
    view.line(subscribeHelp(daemon.brokerUrl, store.config.mqtt.baseTopic, daemon.device));
  } catch (error) {
    await daemon.stop();
    view.close();
    throw error;
  }
  process.exit(await ended);
}

/** Told apart from a failed start (1) and wrong usage (2). */
const exitForSupervisor = 3;

/** Resolves with the exit code once a signal has ended the daemon; a second signal does not wait any longer. */
function endedBySignal(stop: () => Promise<number>): Promise<number> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = () => {
      if (asked) process.exit(1);
      asked = true;
      void stop().then(resolve);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function subscribeHelp(brokerUrl: string, baseTopic: string, device: string): string {
  const { hostname, port, protocol } = new URL(brokerUrl);
  const topics = `${baseTopic}/${device}/#`;
  const host = `-h ${hostname} -p ${port || (protocol === 'mqtts:' ? 8883 : 1883)}`;
  const url = brokerUrl === 'mqtt://127.0.0.1:1883' ? '' : ` --url ${brokerUrl}`;
  const anyTool = protocol.startsWith('mqtt') ? `  mosquitto_sub ${host} -t '${topics}' -v\n` : '';
  return `results are on ${brokerUrl} under ${topics}; in another terminal:\n${anyTool}  npx zynqnetd watch${url}\n`;
}
