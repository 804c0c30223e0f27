import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogOutput } from '../../../../daemon/monitoring/log/log-output.js';
import { type LogMessage, LogTopic } from '../../../../daemon/monitoring/log/log-topic.js';
import { createLogger } from '../../../../daemon/monitoring/log/logger.js';
import { connectionPart } from '../../../../daemon/mqtt/connection/log-part.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function logger(perSecond = 1000) {
  const lines: Record<string, unknown>[] = [];
  const limit = { perSecond };
  const output = new LogOutput({
    format: 'json',
    write: (line) => lines.push(JSON.parse(line)),
    maxLinesPerSecond: () => limit.perSecond,
  });
  return { log: createLogger('info', output), output, lines, limit, messages: () => lines.map(({ msg }) => msg) };
}

describe('the log', () => {
  it('changes its level at any time', () => {
    const { log, messages } = logger();
    log.debug('not yet');
    log.level = 'debug';
    log.debug('now');
    log.level = 'error';
    log.warn('no more');
    expect(messages()).toEqual(['now']);
  });

  it('is capped in its rate, says how much it left out, and goes on', () => {
    const { log, lines, messages, limit } = logger(2);
    for (let n = 0; n < 100; n += 1) log.info(`line ${n}`);
    expect(messages()).toHaveLength(20);
    vi.advanceTimersByTime(1000);
    log.info('later');
    expect(lines.slice(-2)).toMatchObject([{ level: 40, leftOut: 80 }, { msg: 'later' }]);
    limit.perSecond = 100;
    vi.advanceTimersByTime(1000);
    for (let n = 0; n < 50; n += 1) log.info('more');
    expect(messages().filter((message) => message === 'more')).toHaveLength(50);
  });

  it('keeps its newest lines for whoever asks', () => {
    const { log, output } = logger(1e6);
    for (let n = 0; n < 500; n += 1) log.info(`line ${n}`);
    expect(output.last()).toHaveLength(200);
    expect(output.last(2).map((line) => JSON.parse(line).msg)).toEqual(['line 498', 'line 499']);
  });

  it('shows lines for people without the part that speaks', () => {
    let text = '';
    const output = new LogOutput({ format: 'human', write: (line) => (text += line) });
    createLogger('info', output).child({ part: connectionPart }).warn({ reason: 'refused' }, 'no broker');
    expect(text).toMatch(/^\d\d:\d\d:\d\d warning: no broker \(reason: refused\)\n$/);
  });
});

it('takes secrets out of each line', () => {
  const { log, lines, output } = logger();
  log.info(
    { url: 'rtsp://admin:hunter2@10.0.0.2/stream', password: 'hunter2' },
    'connect to mqtt://me:hunter2@broker failed',
  );
  expect(lines).toMatchObject([
    { url: 'rtsp://***@10.0.0.2/stream', password: '***', msg: 'connect to mqtt://***@broker failed' },
  ]);
  expect(output.last().join()).not.toContain('hunter2');
});

describe('the log topic', () => {
  function topic(least: string) {
    const sent: LogMessage[] = [];
    const setting = { least };
    const made = logger();
    const send = (message: LogMessage) => {
      sent.push(message);
      made.log.error('sending made a line of its own');
    };
    const stop = new LogTopic(() => setting.least, send).follow(made.output);
    return { ...made, sent, setting, stop };
  }

  it('gets lines from its least level on, with their details, changeable at any time', () => {
    const { log, sent, setting, stop } = topic('warn');
    log.info('fine');
    log.warn({ stage: 'inference', count: 3 }, 'not fine');
    setting.least = 'off';
    log.error('nobody listens');
    setting.least = 'info';
    log.info('fine again');
    stop();
    log.error('over');
    expect(sent).toMatchObject([
      { level: 'warn', message: 'not fine', details: { stage: 'inference', count: 3 }, leftOut: 0 },
      { level: 'info', message: 'fine again' },
    ]);
  });

  it('never feeds itself: neither from sending, nor from what the connection says', () => {
    const { log, sent, messages } = topic('info');
    log.warn('one');
    log.child({ part: connectionPart }).warn('no broker');
    expect(sent.map(({ message }) => message)).toEqual(['one']);
    expect(messages()).toContain('sending made a line of its own');
  });

  it('is capped in its rate and says how much it left out', () => {
    const { log, sent } = topic('info');
    for (let n = 0; n < 100; n += 1) log.info(`line ${n}`);
    expect(sent).toHaveLength(20);
    vi.advanceTimersByTime(500);
    log.info('later');
    expect(sent.at(-1)).toMatchObject({ message: 'later', leftOut: 80 });
  });
});
