import type { HealthPayload } from '../../mqtt/topics/payloads.js';
import type { Alert } from '../alerts.js';
import type { Family, Sample } from './prometheus.js';

/** How long a stage took altogether, and how often. */
interface Durations {
  readonly count: number;
  readonly sumMs: number;
}

export interface MetricsInput {
  readonly health: HealthPayload;
  readonly alerts: readonly Alert[];
  readonly durations: { readonly preprocess: Durations; readonly inference: Durations; readonly total: Durations };
  readonly version: string;
  readonly model: string | null;
}

const cameraStates = ['stopped', 'opening', 'streaming', 'stalled', 'retrying'];
const mebi = 1_048_576;

/** `health` as metric families; names carry their unit, totals end in `_total` (Prometheus' naming practice). */
export function metricFamilies({ health, alerts, durations, version, model }: MetricsInput): Family[] {
  const { frames, results, events, latencyMs, queues, mqtt, camera, engine, process: own, machine } = health;
  const { disk } = machine;
  const stage = (name: keyof typeof durations): Sample[] => [
    ...(['p50', 'p95', 'p99'] as const).map((rank) => ({
      labels: { stage: name, quantile: `0.${rank.slice(1)}` },
      value: latencyMs[name][rank] / 1000,
    })),
    { suffix: '_sum', labels: { stage: name }, value: durations[name].sumMs / 1000 },
    { suffix: '_count', labels: { stage: name }, value: durations[name].count },
  ];
  const ofAccelerator = (value: (counters: NonNullable<typeof engine.accelerator>) => number): Sample[] =>
    engine.accelerator === null
      ? []
      : [{ labels: { preset: engine.accelerator.preset }, value: value(engine.accelerator) }];
  return [
    gauge('info', 'Device, version, model and backend; always 1.', [
      { labels: { device: health.device, version, model: model ?? '', backend: engine.backend ?? '' }, value: 1 },
    ]),
    gauge('uptime_seconds', 'Since the daemon was started.', one(health.uptimeSeconds)),
    gauge('clock_synchronized', '1 if the clock has been set since boot.', one(health.clockSynchronized ? 1 : 0)),
    counter('frames_captured_total', 'Frames that came from the camera.', one(frames.captured)),
    counter('frames_classified_total', 'Frames that were classified.', one(frames.classified)),
    counter('frames_dropped_total', 'Frames that were dropped without being processed.', by('cause', frames.dropped)),
    counter('frames_skipped_total', 'Frames that were skipped on purpose.', by('cause', frames.skipped)),
    counter('frames_failed_total', 'Frames that failed with an error.', by('stage', frames.failed)),
    counter('results_total', 'Results for the broker.', by('outcome', results)),
    counter('events_published_total', 'Events that the broker has acknowledged.', one(events.published)),
    counter('events_dropped_total', 'Events that the full queue pushed out.', one(events.dropped)),
    {
      name: 'zynqnetd_stage_duration_seconds',
      help: 'Time a frame spends; quantiles are of the last 512 frames.',
      type: 'summary',
      samples: [...stage('preprocess'), ...stage('inference'), ...stage('total')],
    },
    gauge('queue_length', 'Items waiting now.', by('queue', queues)),
    gauge('mqtt_connected', '1 while connected to the broker.', one(mqtt.state === 'online' ? 1 : 0)),
    counter('mqtt_connects_total', 'Connections made to the broker.', one(mqtt.connects)),
    gauge(
      'mqtt_reconnects_last_hour',
      'Reconnections to the broker within the last hour.',
      one(mqtt.reconnectsLastHour),
    ),
    gauge(
      'camera_state',
      '1 for the state that the camera is in.',
      cameraStates.map((state) => ({ labels: { state }, value: camera.state === state ? 1 : 0 })),
    ),
    counter('camera_reconnects_total', 'Openings of the camera after the first.', one(camera.reconnects)),
    gauge(
      'camera_reconnects_last_hour',
      'Reopenings of the camera within the last hour.',
      one(camera.reconnectsLastHour),
    ),
    gauge('engine_state', '1 for the state that the engine is in.', [{ labels: { state: engine.state }, value: 1 }]),
    counter('engine_failures_total', 'Frames that failed in the engine.', [
      { labels: { kind: 'error' }, value: engine.errors },
      { labels: { kind: 'hang' }, value: engine.hangs },
    ]),
    counter('engine_recoveries_total', 'Steps taken to recover the engine.', [
      { labels: { step: 'retry' }, value: engine.retries },
      { labels: { step: 'reset' }, value: engine.resets },
      { labels: { step: 'reload' }, value: engine.reloads },
      { labels: { step: 'fallback' }, value: engine.fallbacks },
      { labels: { step: 'return' }, value: engine.returns },
    ]),
    gauge(
      'accelerator_cycles',
      "Cycles of the accelerator's last frame.",
      ofAccelerator(({ cycles }) => cycles),
    ),
    counter(
      'accelerator_timeouts_total',
      'Frames that the accelerator did not finish.',
      ofAccelerator((now) => now.timeouts),
    ),
    counter(
      'accelerator_lost_interrupts_total',
      'Frames that were done without an interrupt: the line is not connected, the driver polls.',
      ofAccelerator(({ lostInterrupts }) => lostInterrupts),
    ),
    gauge(
      'alert',
      '1 for each alert that is up.',
      alerts.map(({ id, severity }) => ({ labels: { id, severity }, value: 1 })),
    ),
    gauge('temperature_celsius', 'By sensor.', by('sensor', machine.temperaturesC)),
    gauge('disk_free_bytes', 'Of the disk that holds the state.', disk === null ? [] : one(disk.freeMiB * mebi)),
    gauge('disk_size_bytes', 'Of the disk that holds the state.', disk === null ? [] : one(disk.sizeMiB * mebi)),
    gauge('memory_available_bytes', 'Of the machine.', one(machine.memoryAvailableMiB * mebi)),
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', type: 'gauge', samples: one(own.rssMiB * mebi) },
    { name: 'process_cpu_seconds_total', help: 'Processor time.', type: 'counter', samples: one(cpuSeconds()) },
    {
      name: 'process_open_fds',
      help: 'Open files.',
      type: 'gauge',
      samples: own.openFiles === null ? [] : one(own.openFiles),
    },
  ];
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const one = (value: number): Sample[] => [{ value }];

const by = (label: string, values: Readonly<Record<string, number>>): Sample[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `zynqnetd_${name}`, help, type: 'gauge', samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `zynqnetd_${name}`, help, type: 'counter', samples };
}
