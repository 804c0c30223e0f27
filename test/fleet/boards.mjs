// Several daemons in one process, each a board of its own, with an engine that costs nothing.
// argv[2]: { names, groups, url, model, picture, folder, keys } as JSON.
import { Daemon } from '../../dist/daemon/app/daemon.js';
import { ConfigStore } from '../../dist/daemon/config/store.js';
import { registerEngine } from '../../dist/daemon/inference/engine/backends.js';
import { LogOutput } from '../../dist/daemon/monitoring/log/log-output.js';
import { createLogger } from '../../dist/daemon/monitoring/log/logger.js';

const { names, groups, url, model, picture, folder, keys } = JSON.parse(process.argv[2] ?? '');

registerEngine('fixed', ({ model: { native } }) => ({
  name: 'fixed',
  run: async () => Int32Array.from({ length: native.classes }, (_, index) => 100 - index),
  close: () => {},
}));

const log = createLogger('error', new LogOutput({ format: 'json', write: (line) => process.stderr.write(line) }));
const daemons = names.map((id) => {
  const base = {
    device: { id, groups, stateFolder: `${folder}/${id}` },
    camera: { source: 'files', files: { path: picture, framesPerSecond: 1 } },
    model: { file: model },
    engine: { backend: 'fixed' },
    publish: { results: false },
    log: { level: 'error' },
    mqtt: { url },
    remote: { trialFrames: 1 },
    update: { keysFolder: keys, keepFreeBytes: 0 },
  };
  const store = ConfigStore.open(base);
  return new Daemon({ store, log });
});
process.on('SIGTERM', async () => {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  process.exit(0);
});
process.on('disconnect', () => process.exit(9));
// One after the other: 50 models that load at once would be a start that no board has.
for (const daemon of daemons) await daemon.start();
process.send?.('started');
