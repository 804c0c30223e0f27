// The daemon as it is, but for an engine and a clock that misbehave when the parent process says so.
// argv[2]: its configuration as JSON.
import { Daemon } from '../../dist/daemon/app/daemon.js';
import { ConfigStore } from '../../dist/daemon/config/store.js';
import { createEngine, registerEngine } from '../../dist/daemon/inference/engine/backends.js';
import { LogOutput } from '../../dist/daemon/monitoring/log/log-output.js';
import { createLogger } from '../../dist/daemon/monitoring/log/logger.js';

/** good | error-once | error-until-reset | hang-until-reset | hang-until-reload | dead */
let engineFault = 'good';

registerEngine('faulty', ({ model }) => {
  const real = createEngine({ backend: 'scalar', model });
  if (engineFault === 'dead' && opened) throw new Error('the accelerator does not answer');
  opened = true;
  return {
    name: 'faulty',
    run(input) {
      if (engineFault === 'good') return real.run(input);
      if (engineFault.startsWith('hang')) return new Promise(() => {});
      const error = new Error(`engine fault: ${engineFault}`);
      if (engineFault === 'error-once') engineFault = 'good';
      return Promise.reject(error);
    },
    async reset() {
      if (engineFault === 'dead' || engineFault === 'hang-until-reload') throw new Error('the reset does not help');
      engineFault = 'good';
    },
    async reload() {
      if (engineFault === 'dead') throw new Error('the reload does not help');
      engineFault = 'good';
    },
    close: () => real.close(),
  };
});
let opened = false;

// A wall clock that can jump; the monotonic one does not, as on a real machine.
const RealDate = Date;
let offsetMs = 0;
const now = () => RealDate.now() + offsetMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

process.on('message', ({ engine, clockMs }) => {
  if (engine !== undefined) engineFault = engine;
  if (clockMs !== undefined) offsetMs = clockMs;
});
process.on('disconnect', () => process.exit(9));

const store = ConfigStore.open(JSON.parse(process.argv[2] ?? ''), 'the endurance run');
const output = new LogOutput({ format: 'json', write: (line) => process.stdout.write(line) });
const log = createLogger(store.config.log.level, output);
const daemon = new Daemon({ store, log, output, giveUp: (reason) => end(`gave up: ${reason}`, 3) });

async function end(reason, code) {
  log.warn({ reason }, 'ending');
  await daemon.stop();
  process.exit(code);
}
process.on('SIGTERM', () => void end('asked to', 0));
await daemon.start();
process.send?.('started');
