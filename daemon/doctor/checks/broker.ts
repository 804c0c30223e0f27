/** The way to the broker, step by step: the address, the encryption, the login. */
import { codeOf, messageOf } from '../../util/error.js';
import type { Check, Context } from '../check.js';
import { type Finding, failed, ok, skipped, warning } from '../finding.js';

const standardPorts: Record<string, number> = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 };
const soonMs = 14 * 24 * 3_600_000;

export const brokerChecks: readonly Check[] = [
  { id: 'broker', group: 'network', title: 'Broker', limitMs: 8000, run: reachable },
  { id: 'tls', group: 'network', title: 'Encryption', needs: ['broker'], limitMs: 10_000, run: encrypted },
  { id: 'login', group: 'network', title: 'Broker login', needs: ['broker'], limitMs: 15_000, run: login },
];

interface Target {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
}

/** Undefined for the embedded broker. */
function target({ config }: Context): Target | undefined {
  const { url } = config.mqtt;
  if (url === null) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    url,
    host,
    port: port === '' ? (standardPorts[protocol] ?? 1883) : Number(port),
    encrypted: protocol === 'mqtts:' || protocol === 'wss:',
  };
}

async function reachable(context: Context, signal: AbortSignal): Promise<Finding> {
  const broker = target(context);
  if (broker === undefined) {
    const { host, port, user, passwordFile } = context.config.broker;
    const local = /^(127\.|::1$|localhost$)/.test(host);
    if (!local && (user === null || passwordFile === null)) {
      return failed(
        `the embedded broker on ${host} would be open to everybody`,
        'set broker.user and broker.passwordFile',
      );
    }
    return ok(`the daemon's own, on ${host} port ${port}${local ? ': reachable from this machine only' : ''}`);
  }
  const where = `${broker.host} port ${broker.port}`;
  try {
    const address = await context.network.reach(broker.host, broker.port, signal);
    return ok(address === broker.host ? where : `${where} (${address})`);
  } catch (error) {
    return failed(`${where}: ${reachReason(error)}`, reachRemedy(error, broker));
  }
}

function reachReason(error: unknown): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'nobody listens there',
    ENOTFOUND: 'no such host',
    EAI_AGAIN: 'the name server does not answer',
    EHOSTUNREACH: 'the host does not answer',
    ENETUNREACH: 'this machine has no way to that network',
    ETIMEDOUT: 'no answer',
  };
  return reasons[codeOf(error) ?? ''] ?? messageOf(error);
}

function reachRemedy(error: unknown, { host, port }: Target): string {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return `start the broker on ${host}, or correct mqtt.url (port ${port})`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `getent hosts ${host}`;
    case 'ENETUNREACH':
      return 'ip address; ip route';
    default:
      return `ping -c 3 ${host}`;
  }
}

async function encrypted(context: Context, signal: AbortSignal): Promise<Finding> {
  const broker = target(context);
  if (broker === undefined) return skipped("the daemon's own broker is not encrypted");
  if (!broker.encrypted) return skipped('mqtt.url asks for none');
  try {
    const { protocol, subject, validTo } = await context.network.handshake(
      broker.host,
      broker.port,
      context.config.mqtt,
      signal,
    );
    const what = `${protocol}, ${subject}, valid until ${validTo}`;
    if (!context.config.mqtt.tls.verify) return warning(`${what}, not verified`, 'set mqtt.tls.verify to true');
    if (Date.parse(validTo) - Date.now() < soonMs)
      return warning(`${what}: soon over`, "renew the broker's certificate");
    return ok(what);
  } catch (error) {
    return failed(messageOf(error), tlsRemedy(error, broker));
  }
}

function tlsRemedy(error: unknown, { host, port }: Target): string {
  const code = codeOf(error) ?? '';
  // Boards without a clock of their own start years back: a good certificate is then "not yet valid".
  if (/NOT_YET_VALID|HAS_EXPIRED/.test(code))
    return "date; zynqnetd doctor --only time; else renew the broker's certificate";
  if (/SELF_SIGNED|UNABLE_TO|UNTRUSTED/.test(code))
    return "set mqtt.tls.caFile to the PEM file of the broker's authority";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'put the name in the certificate into mqtt.url';
  if (code === 'CONFIG_FILE') return 'zynqnetd config show';
  if (/SSL|EPROTO|ECONNRESET/.test(code)) return `is port ${port} the encrypted one (usually 8883)? else use mqtt://`;
  return `openssl s_client -connect ${host}:${port}`;
}

async function login(context: Context, signal: AbortSignal): Promise<Finding> {
  const broker = target(context);
  if (broker === undefined) return skipped("the daemon's own broker is there when the daemon runs");
  const { mqtt } = context.config;
  const who = mqtt.user === null ? 'without a user' : `as ${mqtt.user}`;
  try {
    await context.network.login(broker.url, mqtt, signal);
    return ok(`accepted ${who}, MQTT ${mqtt.version}`);
  } catch (error) {
    return failed(`${who}: ${messageOf(error)}`, loginRemedy(error, mqtt.user));
  }
}

function loginRemedy(error: unknown, user: string | null): string {
  // Reason codes of CONNACK, MQTT 3.1.1 (section 3.2.2.3) and 5 (section 3.2.2.2).
  const code = Number((error as { code?: unknown }).code);
  if (code === 1 || code === 132) return 'set mqtt.version to what the broker speaks';
  if ([4, 5, 134, 135].includes(code)) {
    return user === null
      ? 'set mqtt.user and mqtt.passwordFile'
      : 'correct mqtt.user and the file of mqtt.passwordFile';
  }
  if (codeOf(error) === 'CONFIG_FILE') return 'zynqnetd config show';
  return "look into the broker's log";
}
