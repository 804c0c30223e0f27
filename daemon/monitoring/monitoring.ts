import type { Logger } from 'pino';
import type { Config } from '../config/schema.js';
import type { HealthPayload, LogPayload } from '../mqtt/topics/payloads.js';
import { loadAddon } from '../native/load.js';
import { messageOf } from '../util/error.js';
import { version } from '../util/version.js';
import type { Alerts } from './alerts.js';
import { HealthReport, type HealthSources } from './health/health.js';
import type { LogOutput } from './log/log-output.js';
import { LogTopic } from './log/log-topic.js';
import { type MetricsInput, metricFamilies } from './metrics/metrics.js';
import { MetricsServer } from './metrics/metrics-server.js';
import { prometheusText } from './metrics/prometheus.js';
import { ServiceNotifier } from './service/notifier.js';
import { activityOf, ProgressWatch } from './service/progress-watch.js';

interface MonitoringSources extends HealthSources {
  pipeline(): ReturnType<HealthSources['pipeline']> & { outcomes: number; durations: MetricsInput['durations'] };
  /** Name of the model in service. */
  model(): string | null;
}

export interface MonitoringOptions {
  readonly config: () => Config;
  readonly sources: MonitoringSources;
  readonly alerts: Alerts;
  readonly log: Logger;
  readonly output: LogOutput | undefined;
  /** The Publisher. */
  readonly publisher: {
    publishHealth(health: HealthPayload): void;
    publishLog(message: LogPayload): void;
  };
  readonly giveUp: (reason: string) => void;
}

const checkMs = 5000;
/** Where no service manager says how long it waits. */
const minStuckLimitMs = 60_000;
const minFreeMiB = 16;

/** The daemon seen from outside: health, metrics, the log topic, the service manager, and whether frames get through at all. */
export class Monitoring {
  readonly #options: MonitoringOptions;
  readonly #report: HealthReport;
  readonly #scrapes: HealthReport;
  readonly #notifier: ServiceNotifier;
  readonly #progress = new ProgressWatch(performance.now());
  readonly #timers = new Set<NodeJS.Timeout>();
  #server: MetricsServer | undefined;
  #stopLog: (() => void) | undefined;
  #latest: HealthPayload | undefined;
  #gaveUp = false;

  constructor(options: MonitoringOptions) {
    this.#options = options;
    this.#report = new HealthReport(options.sources);
    this.#scrapes = new HealthReport(options.sources); // its rates are its own
    this.#notifier = new ServiceNotifier({
      env: process.env,
      send: (socket, message) => loadAddon().notifyService(socket, message),
      failed: (error) => options.log.warn({ err: error }, 'messages cannot be sent to the service manager'),
    });
  }

  async start(): Promise<void> {
    const { config, output, sources, publisher } = this.#options;
    if (output !== undefined) {
      const { device, session } = sources;
      const topic = new LogTopic(
        () => config().log.topic,
        (message) => publisher.publishLog({ device, session, ...message }),
      );
      this.#stopLog = topic.follow(output);
    }
    await this.#startMetrics();
    this.#every(
      () => config().publish.healthSeconds * 1000,
      () => this.#publishHealth(),
    );
    const watchdogMs = this.#notifier.watchdogMs ?? Number.POSITIVE_INFINITY;
    this.#every(
      () => Math.min(checkMs, watchdogMs / 3),
      () => this.#check(),
    );
  }

  /** All parts have been started. */
  ready(): void {
    this.#notifier.ready();
    this.#check();
  }

  /** Reports the end to the service manager at once; `restart`: the daemon starts again in this process. */
  async stop(how: 'end' | 'restart'): Promise<void> {
    if (how === 'restart') this.#notifier.reloading();
    else this.#notifier.stopping();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#stopLog?.();
    await this.#server?.stop();
  }

  async #startMetrics(): Promise<void> {
    const { config, log } = this.#options;
    const { port, host } = config().metrics;
    if (port === null) return;
    try {
      this.#server = await MetricsServer.start({ host, port, text: () => this.#metrics() });
      log.info({ url: `http://${host}:${port}/metrics` }, 'serving metrics for Prometheus');
    } catch (error) {
      const reason = messageOf(error);
      this.#options.alerts.raise('metrics', 'warning', `metrics.port ${port} cannot be listened on: ${reason}`);
    }
  }

  #metrics(): string {
    const { alerts, sources } = this.#options;
    const health = this.#scrapes.make();
    return prometheusText(
      metricFamilies({
        health,
        alerts: alerts.current,
        durations: sources.pipeline().durations,
        version,
        model: sources.model(),
      }),
    );
  }

  #publishHealth(): void {
    this.#latest = this.#report.make();
    this.#checkDisk(this.#latest);
    this.#options.publisher.publishHealth(this.#latest);
  }

  #checkDisk({ machine: { disk } }: HealthPayload): void {
    const { alerts } = this.#options;
    if (disk !== null && disk.freeMiB < Math.min(minFreeMiB, disk.sizeMiB / 20)) {
      alerts.raise('disk', 'warning', 'the disk is full: changes of the configuration cannot be kept; free some of it');
    } else alerts.clear('disk');
  }

  /** Notifies the service manager's watchdog only while frames are processed, or there are none. */
  #check(): void {
    const { config, sources, alerts, giveUp } = this.#options;
    const { preprocessMs, inferenceMs } = config().limits;
    // Sooner than the service manager would: ending by ourselves is the cleaner end.
    const { watchdogMs } = this.#notifier;
    const minMs = watchdogMs === undefined ? minStuckLimitMs : (watchdogMs * 2) / 3;
    const limitMs = Math.max(minMs, 3 * Math.max(preprocessMs, inferenceMs));
    const stuckMs = this.#progress.stuckMs(activityOf(sources.pipeline(), sources.engine()), performance.now());
    if (stuckMs > limitMs / 2) {
      alerts.raise('progress', 'error', 'frames come from the camera, but none is processed to its end');
    } else alerts.clear('progress');
    if (stuckMs < limitMs) this.#notifier.alive();
    else if (!this.#gaveUp) {
      this.#gaveUp = true;
      giveUp(`frames come from the camera, but none was processed to its end for ${Math.round(stuckMs / 1000)} s`);
    }
    this.#notifier.status(this.#statusLine());
  }

  #statusLine(): string {
    const { sources } = this.#options;
    const alerts = sources.alerts();
    const { state: camera } = sources.camera();
    const { state, backend } = sources.engine();
    const broker = sources.publisher().mqtt.state;
    const rate = this.#latest === undefined ? '' : `${this.#latest.framesPerSecond} frames/s, `;
    const wrong = alerts.length === 0 ? '' : `; alerts: ${alerts.join(', ')}`;
    return `${rate}camera ${camera}, engine ${backend ?? 'none'} ${state}, broker ${broker}${wrong}`;
  }

  #every(periodMs: () => number, act: () => void): void {
    const next = () => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        act();
        next();
      }, periodMs());
      this.#timers.add(timer);
    };
    next();
  }
}
