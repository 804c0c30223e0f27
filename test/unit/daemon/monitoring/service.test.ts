import { describe, expect, it } from 'vitest';
import { ServiceNotifier } from '../../../../daemon/monitoring/service/notifier.js';
import { ProgressWatch } from '../../../../daemon/monitoring/service/progress-watch.js';

function notifier(env: Record<string, string>, send?: () => void) {
  const sent: string[] = [];
  const failures: unknown[] = [];
  const made = new ServiceNotifier({
    env,
    pid: 42,
    send: (socket, message) => {
      send?.();
      sent.push(`${socket} ${message}`);
    },
    failed: (error) => failures.push(error),
  });
  return { notifier: made, sent, failures };
}

describe('the service manager', () => {
  it('is told what happens', () => {
    const { notifier: one, sent } = notifier({ NOTIFY_SOCKET: '@x' });
    one.ready();
    one.status('10 frames/s');
    one.status('10 frames/s');
    one.status('two\nlines\nREADY=0');
    one.alive();
    one.stopping();
    expect(sent).toEqual([
      '@x READY=1',
      '@x STATUS=10 frames/s',
      '@x STATUS=two lines READY=0',
      '@x WATCHDOG=1',
      '@x STOPPING=1',
    ]);
  });

  it('is told of a restart within the process as a reload, with its time', () => {
    const { notifier: one, sent } = notifier({ NOTIFY_SOCKET: '@x' });
    one.reloading();
    expect(sent[0]).toMatch(/^@x RELOADING=1\nMONOTONIC_USEC=\d+$/);
  });

  it('is not there outside systemd', () => {
    const { notifier: one, sent } = notifier({});
    one.ready();
    one.stopping();
    expect(sent).toEqual([]);
    expect(one.watchdogMs).toBeUndefined();
  });

  it('says how long it waits for a sign of life, of this process only', () => {
    const socket = { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '90000000' };
    expect(notifier(socket).notifier.watchdogMs).toBe(90_000);
    expect(notifier({ ...socket, WATCHDOG_PID: '42' }).notifier.watchdogMs).toBe(90_000);
    expect(notifier({ ...socket, WATCHDOG_PID: '43' }).notifier.watchdogMs).toBeUndefined();
    expect(notifier({ ...socket, WATCHDOG_USEC: 'soon' }).notifier.watchdogMs).toBeUndefined();
  });

  it('that does not listen is one complaint and no end', () => {
    const { notifier: one, failures } = notifier({ NOTIFY_SOCKET: '/run/x' }, () => {
      throw new Error('nobody there');
    });
    one.ready();
    one.alive();
    expect(failures).toHaveLength(1);
  });
});

describe('progress', () => {
  const activity = (captured: number, outcomes: number, inWork = 0) => ({ captured, outcomes, inWork });

  it('is frames that end, whatever comes of them', () => {
    const watch = new ProgressWatch(0);
    expect(watch.stuckMs(activity(10, 10), 10_000)).toBe(0);
    expect(watch.stuckMs(activity(20, 19, 1), 20_000)).toBe(0);
    expect(watch.stuckMs(activity(30, 20, 1), 30_000)).toBe(0);
  });

  it('is also when there is nothing to do: no restart brings a camera back', () => {
    const watch = new ProgressWatch(0);
    watch.stuckMs(activity(10, 10), 10_000);
    expect(watch.stuckMs(activity(10, 10), 1e9)).toBe(0);
  });

  it('is none while a frame hangs, or while each one that comes is refused', () => {
    const watch = new ProgressWatch(0);
    watch.stuckMs(activity(10, 9, 1), 10_000);
    expect(watch.stuckMs(activity(10, 9, 1), 20_000)).toBe(10_000);
    expect(watch.stuckMs(activity(50, 9), 30_000)).toBe(20_000);
    expect(watch.stuckMs(activity(90, 9), 80_000)).toBe(70_000);
    expect(watch.stuckMs(activity(91, 10), 90_000)).toBe(0);
  });
});
