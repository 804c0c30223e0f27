import type { Logger } from 'pino';
import type { Config } from '../config/schema.js';
import { connectionPart } from './connection/log-part.js';
import { mqttOptions } from './connection/mqtt-options.js';
import { mqttDial } from './connection/session.js';
import { Publisher } from './publisher/publisher.js';
import { topicOf } from './topics/topics.js';

export interface ConnectOptions {
  readonly config: () => Config;
  /** The embedded broker's, or the configured one's. */
  readonly url: string;
  readonly device: string;
  readonly session: string;
  readonly log: Logger;
}

/** A publisher for the configured broker; nothing is dialled before its `start`. */
export function createPublisher({ config, url, device, session, log }: ConnectOptions): Publisher {
  const { mqtt, broker } = config();
  const will = {
    topic: topicOf(mqtt.baseTopic, device, 'status'),
    payload: JSON.stringify({ state: 'offline', session }),
  };
  // The embedded broker's credentials are its own, and it speaks 3.1.1.
  const dialled =
    mqtt.url === null
      ? { ...mqtt, version: '3.1.1' as const, user: broker.user, passwordFile: broker.passwordFile }
      : mqtt;
  return new Publisher({
    dial: mqttDial(url, () => mqttOptions(dialled, `zynqnetd-${device}`, will)),
    times: {
      connectTimeoutMs: mqtt.connectTimeoutSeconds * 1000,
      silenceMs: mqtt.keepaliveSeconds * 1500,
      backoffMinMs: mqtt.backoff.minSeconds * 1000,
      backoffMaxMs: mqtt.backoff.maxSeconds * 1000,
    },
    baseTopic: mqtt.baseTopic,
    device,
    session,
    eventQueueLength: mqtt.eventQueueLength,
    log: log.child({ part: connectionPart }),
    settings: config,
  });
}
