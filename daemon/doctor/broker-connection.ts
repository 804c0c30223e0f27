import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { MqttConfig } from '../config/schema.js';
import { mqttOptions } from '../mqtt/connection/mqtt-options.js';

/** What the broker's checks do on the network. Each rejects with the error that the attempt ended in. */
export interface Network {
  /** Opens a TCP connection and closes it; resolves to the address that answered. */
  reach(host: string, port: number, signal: AbortSignal): Promise<string>;
  /** A TLS handshake with the configured files, checked as the daemon checks it. */
  handshake(host: string, port: number, config: MqttConfig, signal: AbortSignal): Promise<TlsFacts>;
  /** An MQTT session, opened and closed again under a client id of its own. */
  login(url: string, config: MqttConfig, signal: AbortSignal): Promise<void>;
}

interface TlsFacts {
  readonly protocol: string;
  /** Common name of the broker's certificate. */
  readonly subject: string;
  /** Date as the certificate has it. */
  readonly validTo: string;
}

export const realNetwork: Network = { reach, handshake, login };

function reach(host: string, port: number, signal: AbortSignal): Promise<string> {
  const socket = connectTcp({ host, port });
  return opened(socket, 'connect', signal, () => socket.remoteAddress ?? host);
}

function handshake(host: string, port: number, config: MqttConfig, signal: AbortSignal): Promise<TlsFacts> {
  const { ca, cert, key, rejectUnauthorized } = mqttOptions(config, 'zynqnetd-doctor', noWill);
  const socket: TLSSocket = connectTls({
    host,
    port,
    servername: /^[\d.]+$|:/.test(host) ? '' : host,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  } as ConnectionOptions);
  return opened(socket, 'secureConnect', signal, () => {
    const { subject, valid_to } = socket.getPeerCertificate();
    const name = subject?.CN;
    return {
      protocol: socket.getProtocol() ?? 'TLS',
      subject: (Array.isArray(name) ? name[0] : name) ?? host,
      validTo: valid_to,
    };
  });
}

function opened<T>(socket: Socket, event: string, signal: AbortSignal, facts: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => void socket.destroy();
    signal.addEventListener('abort', give, { once: true });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.once(event, () => {
      resolve(facts());
      socket.destroy();
    });
  });
}

const noWill = { topic: 'unused', payload: '' };

async function login(url: string, config: MqttConfig, signal: AbortSignal): Promise<void> {
  const { connect } = await import('mqtt');
  // Not the daemon's client id: a second client of the same name would throw the running daemon out.
  const { will: _, ...options } = mqttOptions(config, `zynqnetd-doctor-${process.pid}`, noWill);
  const client = connect(url, { ...options, reconnectPeriod: 0 });
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
      client.once('connect', () => resolve());
      client.on('error', reject);
      client.once('close', () => reject(new Error('the broker closed the connection without an answer')));
    });
  } finally {
    client.on('error', () => {});
    client.end(true);
    client.stream?.destroy();
  }
}
