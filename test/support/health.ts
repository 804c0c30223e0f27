import type { HealthSources } from '../../daemon/monitoring/health/health.js';

const spread = { p50: 1, p95: 2, p99: 3 };

/** What the parts of a daemon say about themselves, all well. */
export function healthSources(over: Partial<HealthSources> = {}): HealthSources {
  return {
    device: 'd',
    session: 's',
    clockSynchronized: () => true,
    pipeline: () => ({
      captured: 20,
      classified: 10,
      dropped: 1,
      noModel: 6,
      skipped: { preprocess: 7, inference: 8 },
      failed: { preprocess: 2, inference: 3, delivery: 0 },
      waiting: 1,
      inFlight: 2,
      latencyMs: { preprocess: spread, inference: spread, total: spread },
    }),
    publisher: () => ({
      mqtt: { state: 'online', connects: 1, reconnectsLastHour: 0, lastError: null },
      events: { published: 1, queued: 5, dropped: 0 },
      results: { published: 1, skipped: 0, dropped: 0 },
      resultsWaiting: 4,
    }),
    camera: () => ({ state: 'streaming', reconnects: 0, reconnectsLastHour: 0, lost: 9, failed: 4 }),
    engine: () => ({
      state: 'serving',
      backend: 'scalar',
      lastError: null,
      errors: 0,
      hangs: 0,
      retries: 0,
      resets: 0,
      reloads: 0,
      fallbacks: 0,
      returns: 0,
      accelerator: null,
    }),
    machine: () => ({
      uptimeSeconds: 100,
      load: 0.5,
      memoryAvailableMiB: 300,
      disk: { freeMiB: 20, sizeMiB: 1000 },
      temperaturesC: { xadc: 51.5 },
    }),
    alerts: () => [],
    ...over,
  };
}
