import { readFileSync } from 'node:fs';
import type { IClientOptions } from 'mqtt';
import type { MqttConfig } from '../../config/schema.js';
import { messageOf, ZynqnetError } from '../../util/error.js';

export interface Will {
  readonly topic: string;
  readonly payload: string;
}

const maxPacketBytes = 4 * 1024 * 1024;

/** MQTT.js options of one attempt. Reads the files each time; throws `CONFIG_FILE` naming the one that is unreadable. */
export function mqttOptions(config: MqttConfig, clientId: string, will: Will): IClientOptions {
  const { tls } = config;
  return {
    clientId,
    protocolVersion: config.version === '5' ? 5 : 4,
    clean: true,
    // MQTT 5 only: what is longer than this the broker keeps to itself. Shorter ones are cut by packet-limit.ts.
    ...(config.version === '5' ? { properties: { maximumPacketSize: maxPacketBytes } } : {}),
    keepalive: config.keepaliveSeconds,
    connectTimeout: config.connectTimeoutSeconds * 1000,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    ...(config.user === null ? {} : { username: config.user }),
    ...(config.passwordFile === null ? {} : { password: firstLine(config.passwordFile) }),
    ...(tls.caFile === null ? {} : { ca: readConfigured(tls.caFile) }),
    ...(tls.certFile === null ? {} : { cert: readConfigured(tls.certFile) }),
    ...(tls.keyFile === null ? {} : { key: readConfigured(tls.keyFile) }),
    rejectUnauthorized: tls.verify,
  };
}

/** The first line of a password file, without its line end. */
export function firstLine(file: string): string {
  return readConfigured(file).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
}

function readConfigured(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = messageOf(error);
    throw new ZynqnetError('CONFIG_FILE', `cannot read ${file}, which the configuration names: ${reason}`);
  }
}
