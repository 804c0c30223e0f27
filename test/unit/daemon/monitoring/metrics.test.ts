import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../daemon/monitoring/alerts.js';
import { HealthReport } from '../../../../daemon/monitoring/health/health.js';
import { metricFamilies } from '../../../../daemon/monitoring/metrics/metrics.js';
import { MetricsServer } from '../../../../daemon/monitoring/metrics/metrics-server.js';
import { prometheusText } from '../../../../daemon/monitoring/metrics/prometheus.js';
import { healthSources } from '../../../support/health.js';
import { parsePrometheus } from '../../../support/prometheus.js';

const stage = { count: 4, sumMs: 1500 };
const alert: Alert = { id: 'camera', severity: 'error', message: 'gone', since: '2026-01-01T00:00:00.000Z' };

function scrape(alerts: readonly Alert[] = [alert]) {
  const health = new HealthReport(healthSources()).make();
  const durations = { preprocess: stage, inference: stage, total: stage };
  return parsePrometheus(prometheusText(metricFamilies({ health, alerts, durations, version: '1', model: 'm "x"' })));
}

const value = (samples: ReturnType<typeof scrape>, name: string, labels: Record<string, string> = {}) =>
  samples.find(
    (one) => one.name === name && Object.entries(labels).every(([key, wanted]) => one.labels[key] === wanted),
  )?.value;

describe('metrics', () => {
  it('are in the format that Prometheus reads, in base units', () => {
    const samples = scrape();
    expect(value(samples, 'zynqnetd_frames_classified_total')).toBe(10);
    expect(value(samples, 'zynqnetd_frames_dropped_total', { cause: 'lost' })).toBe(9);
    expect(value(samples, 'zynqnetd_frames_skipped_total', { cause: 'engine' })).toBe(8);
    expect(value(samples, 'zynqnetd_stage_duration_seconds', { stage: 'total', quantile: '0.99' })).toBe(0.003);
    expect(value(samples, 'zynqnetd_stage_duration_seconds_sum', { stage: 'total' })).toBe(1.5);
    expect(value(samples, 'zynqnetd_stage_duration_seconds_count', { stage: 'total' })).toBe(4);
    expect(value(samples, 'zynqnetd_temperature_celsius', { sensor: 'xadc' })).toBe(51.5);
    expect(value(samples, 'zynqnetd_disk_free_bytes')).toBe(20 * 1_048_576);
    expect(value(samples, 'zynqnetd_camera_state', { state: 'streaming' })).toBe(1);
    expect(value(samples, 'zynqnetd_camera_state', { state: 'stalled' })).toBe(0);
    expect(value(samples, 'zynqnetd_alert', { id: 'camera', severity: 'error' })).toBe(1);
    expect(value(samples, 'zynqnetd_info', { model: 'm "x"' })).toBe(1);
    expect(value(samples, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('leave out a family without samples', () => {
    expect(scrape([]).some(({ name }) => name === 'zynqnetd_alert')).toBe(false);
  });

  it.each(['a\\nb', 'a\nb', '\\', '"', 'a\\"b', '\r', '\u2028', '}{,="'])('keep the label %j', (text) => {
    const written = prometheusText([
      { name: 'x', help: 'h', type: 'gauge', samples: [{ labels: { text }, value: 1 }] },
    ]);
    expect(parsePrometheus(written)).toEqual([{ name: 'x', labels: { text }, value: 1 }]);
  });

  it('keep any label and any number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.double(), (text, number) => {
        const samples = [{ labels: { text }, value: number }];
        const written = prometheusText([{ name: 'x', help: 'h', type: 'gauge', samples }]);
        expect(parsePrometheus(written)).toEqual([{ name: 'x', labels: { text }, value: number === 0 ? 0 : number }]);
      }),
    );
  });

  it('come over HTTP at /metrics, and nothing else does', async () => {
    const server = await MetricsServer.start({ host: '127.0.0.1', port: 0, text: () => 'x 1\n' });
    try {
      const url = `http://127.0.0.1:${server.port}`;
      const answer = await fetch(`${url}/metrics?name[]=x`);
      expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(await answer.text()).toBe('x 1\n');
      expect((await fetch(`${url}/`)).status).toBe(404);
      expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
    } finally {
      await server.stop();
    }
  });

  it('survive a failure of their own, and say when the port is taken', async () => {
    const broken = () => {
      throw new Error('no health today');
    };
    const server = await MetricsServer.start({ host: '127.0.0.1', port: 0, text: broken });
    try {
      const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      expect(answer.status).toBe(500);
      const second = MetricsServer.start({ host: '127.0.0.1', port: server.port, text: () => '' });
      await expect(second).rejects.toThrow('EADDRINUSE');
    } finally {
      await server.stop();
    }
  });
});
