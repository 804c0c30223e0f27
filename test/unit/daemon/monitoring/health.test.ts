import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alerts } from '../../../../daemon/monitoring/alerts.js';
import { HealthReport } from '../../../../daemon/monitoring/health/health.js';
import { readMachine } from '../../../../daemon/monitoring/health/read-machine.js';
import { healthPayload } from '../../../../daemon/mqtt/topics/payloads.js';
import { HourCount } from '../../../../daemon/util/hour-count.js';
import { LatencyWindow } from '../../../../daemon/util/latency-window.js';
import { RateMeter } from '../../../../daemon/util/rate-meter.js';
import { healthSources } from '../../../support/health.js';

describe('the latency window', () => {
  it('gives the nearest-rank percentiles of the latest values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 60 }), (values) => {
        const window = new LatencyWindow(20);
        for (const value of values) window.add(value);
        const last = values.slice(-20).sort((a, b) => a - b);
        const rank = (fraction: number) => last[Math.ceil(fraction * last.length) - 1];
        expect(window.spread()).toEqual({ p50: rank(0.5), p95: rank(0.95), p99: rank(0.99) });
      }),
    );
  });

  it('is zeros while empty', () => {
    expect(new LatencyWindow().spread()).toEqual({ p50: 0, p95: 0, p99: 0 });
  });
});

describe('the rate meter', () => {
  it('measures a steady stream, and falls when the stream stops', () => {
    const meter = new RateMeter();
    expect(meter.perSecond(0)).toBe(0);
    for (let now = 0; now <= 10_000; now += 100) meter.tick(now);
    expect(meter.perSecond(10_000)).toBeCloseTo(10, 6);
    expect(meter.perSecond(14_000)).toBeCloseTo(0.25, 6);
  });
});

describe('alerts', () => {
  it('tell of each rise and fall once, and keep the time since when', () => {
    const told: [string, string | null][] = [];
    const alerts = new Alerts((id, alert) => told.push([id, alert?.message ?? null]));
    alerts.clear('camera');
    alerts.raise('camera', 'error', 'gone');
    const since = alerts.current[0]?.since;
    alerts.raise('camera', 'error', 'gone');
    alerts.raise('camera', 'error', 'still gone');
    expect(alerts.current[0]?.since).toBe(since);
    alerts.clear('camera');
    alerts.clear('camera');
    expect(told).toEqual([
      ['camera', 'gone'],
      ['camera', 'still gone'],
      ['camera', null],
    ]);
  });
});

describe('the health report', () => {
  it('is what the catalogue says, with the rate since the report before', () => {
    let classified = 10;
    const standard = healthSources();
    const report = new HealthReport(healthSources({ pipeline: () => ({ ...standard.pipeline(), classified }) }));
    const first = healthPayload.parse(report.make());
    expect(first.frames).toEqual({
      captured: 20,
      classified: 10,
      dropped: { replaced: 1, lost: 9, noModel: 6 },
      skipped: { engine: 8, preprocess: 7 },
      failed: { camera: 4, preprocess: 2, inference: 3, delivery: 0 },
    });
    expect(first.queues).toEqual({ frames: 1, inFlight: 2, events: 5, results: 4 });
    expect(first.framesPerSecond).toBeGreaterThan(0);
    expect(report.make().framesPerSecond).toBe(0);
    classified += 5;
    expect(report.make().framesPerSecond).toBeGreaterThan(0);
  });

  it('tells of this machine and this process without complaint', () => {
    const report = new HealthReport(healthSources({ machine: () => readMachine({ folder: '/' }) }));
    const { machine, process: own } = healthPayload.parse(report.make());
    expect(machine.disk?.sizeMiB).toBeGreaterThan(0);
    expect(machine.memoryAvailableMiB).toBeGreaterThan(0);
    expect(own.openFiles).toBeGreaterThan(2);
  });

  it('does without a disk that cannot be asked', () => {
    expect(readMachine({ folder: '/no/such/folder' }).disk).toBeNull();
  });
});

describe('the count of the last hour', () => {
  it('forgets what is older than an hour', () => {
    const hour = 3_600_000;
    fc.assert(
      fc.property(fc.array(fc.nat(3 * hour)), fc.nat(3 * hour), (times, now) => {
        const sorted = times.filter((time) => time <= now).sort((a, b) => a - b);
        const counted = new HourCount();
        for (const time of sorted) counted.add(time);
        expect(counted.count(now)).toBe(sorted.filter((time) => time > now - hour).length);
      }),
    );
  });
});
