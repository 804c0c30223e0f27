import { pino } from 'pino';
import { checkConfig } from '../../../daemon/config/load.js';
import type { Config } from '../../../daemon/config/schema.js';
import { mqttOptions } from '../../../daemon/mqtt/connection/mqtt-options.js';
import { mqttDial } from '../../../daemon/mqtt/connection/session.js';
import { Publisher } from '../../../daemon/mqtt/publisher/publisher.js';
import type { EventPayload, ResultPayload } from '../../../daemon/mqtt/topics/payloads.js';
import { topicOf } from '../../../daemon/mqtt/topics/topics.js';

const device = 'board-1';

export interface Made {
  readonly publisher: Publisher;
  readonly config: Config;
  readonly logged: string[];
}

/** A publisher as the daemon makes it, with quick retries. */
export function makePublisher(url: string, mqtt: Record<string, unknown> = {}, session = 'session-1', more = {}): Made {
  const config = checkConfig({
    mqtt: {
      url,
      connectTimeoutSeconds: 1,
      keepaliveSeconds: 2,
      backoff: { minSeconds: 0.02, maxSeconds: 0.2 },
      ...mqtt,
    },
    ...more,
  });
  const logged: string[] = [];
  const will = { topic: topicOf('zynqnet', device, 'status'), payload: JSON.stringify({ state: 'offline', session }) };
  const publisher = new Publisher({
    dial: mqttDial(url, () => mqttOptions(config.mqtt, `zynqnetd-${device}`, will)),
    times: {
      connectTimeoutMs: config.mqtt.connectTimeoutSeconds * 1000,
      silenceMs: config.mqtt.keepaliveSeconds * 1500,
      backoffMinMs: config.mqtt.backoff.minSeconds * 1000,
      backoffMaxMs: config.mqtt.backoff.maxSeconds * 1000,
    },
    baseTopic: 'zynqnet',
    device,
    session,
    eventQueueLength: config.mqtt.eventQueueLength,
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    settings: () => config,
  });
  return { publisher, config, logged };
}

const common = {
  device,
  session: 'session-1',
  camera: 'camera',
  capturedAt: new Date(0).toISOString(),
  clockSynchronized: false,
  model: { name: 'm', sha256: 'ab'.repeat(32) },
};

export function result(frame: number): ResultPayload {
  const top = [{ label: 'stop', index: 14, probability: 0.75 }];
  return { ...common, frame, top, latencyMs: { preprocess: 1, inference: 2, total: 4 }, backend: 'avx2' };
}

export function event(sequence: number): EventPayload {
  return { ...common, sequence, frame: sequence, before: null, after: { label: 'stop', index: 14, probability: 0.75 } };
}
