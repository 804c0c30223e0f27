import { z } from 'zod';
import { key, localKey, path, port, section } from './keys.js';

const qos = z.literal([0, 1, 2]);

export const mqtt = section('The broker that results go to.', {
  url: localKey(
    z.url({ protocol: /^(mqtts?|wss?)$/ }).nullable(),
    null,
    'process',
    'mqtt://, mqtts://, ws:// or wss:// address of the broker; null: the embedded one.',
  ),
  version: localKey(
    z.enum(['3.1.1', '5']),
    '3.1.1',
    'process',
    'MQTT protocol version; the embedded broker speaks 3.1.1.',
  ),
  baseTopic: localKey(
    z
      .string()
      .regex(/^[^+#/\0]+(\/[^+#/\0]+)*$/)
      .max(128),
    'zynqnet',
    'process',
    'First part of every topic: <baseTopic>/<device>/result and so on.',
  ),
  user: localKey(z.string().min(1).nullable(), null, 'process', 'User name for the broker.'),
  passwordFile: localKey(path.nullable(), null, 'process', "File whose first line is the user's password."),
  keepaliveSeconds: key(
    z.int().min(2).max(3600),
    30,
    'process',
    'A broker that is silent for one and a half times this long counts as lost.',
  ),
  connectTimeoutSeconds: key(z.number().min(0.2).max(120), 10, 'process', 'Time limit of one attempt to connect.'),
  backoff: section('Random waits between attempts to connect (full jitter).', {
    minSeconds: key(z.number().min(0.01).max(60), 1, 'process', 'Ceiling of the first wait; it doubles each time.'),
    maxSeconds: key(z.number().min(0.01).max(3600), 60, 'process', 'Ceiling of the longest wait.'),
  }),
  tls: section('For mqtts:// and wss://.', {
    caFile: localKey(path.nullable(), null, 'process', "PEM file of authorities to trust; null: Node's own list."),
    certFile: localKey(path.nullable(), null, 'process', "PEM file of this device's certificate."),
    keyFile: localKey(path.nullable(), null, 'process', "PEM file of the certificate's private key."),
    verify: localKey(z.boolean(), true, 'process', 'Check the certificate of the broker. Leave it on.'),
  }),
  eventQueueLength: key(
    z.int().min(1).max(100_000),
    1000,
    'process',
    'Events kept while the broker is away; the oldest are dropped (and counted) beyond that.',
  ),
  qos: section('Quality of service by topic.', {
    result: key(qos, 0, 'live', 'For results.'),
    event: key(qos, 1, 'live', 'For events.'),
  }),
});

export const broker = section('The embedded broker, used when mqtt.url is null.', {
  host: localKey(
    z.string().min(1),
    '127.0.0.1',
    'process',
    'Address to listen on. Anything but a loopback address needs user and passwordFile.',
  ),
  port: localKey(port, 1883, 'process', 'Port to listen on; the next free one is taken if it is in use.'),
  user: localKey(z.string().min(1).nullable(), null, 'process', 'User name that clients must give.'),
  passwordFile: localKey(path.nullable(), null, 'process', 'File whose first line is the password.'),
});

export const publish = section('What is published, and how often.', {
  results: key(z.boolean(), true, 'live', 'Publish a result for every frame.'),
  maxResultsPerSecond: key(
    z.number().min(0.01).max(1000).nullable(),
    null,
    'live',
    'Results beyond this rate are skipped (and counted); null: no limit.',
  ),
  imageSeconds: key(
    z.number().min(1).max(86_400).nullable(),
    null,
    'live',
    'How often a picture is published on the image topic; null: only when the snapshot command asks for one.',
  ),
  healthSeconds: key(z.number().min(1).max(3600), 10, 'live', 'How often health is published.'),
});

export const homeAssistant = section('Discovery by Home Assistant.', {
  enabled: key(z.boolean(), false, 'live', 'Publish the discovery message.'),
  prefix: localKey(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/)
      .max(64),
    'homeassistant',
    'process',
    "Home Assistant's discovery prefix.",
  ),
  name: key(z.string().min(1).max(64).nullable(), null, 'live', 'Name of the device there; null: one made of its id.'),
});
