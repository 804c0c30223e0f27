import { z } from 'zod';
import { key, path, section } from '../define.js';

const qos = z.literal([0, 1, 2]);

export const mqtt = section('The broker that results go to.', {
  url: key(z.url({ protocol: /^(mqtts?|wss?)$/ }).nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: 'mqtt://, mqtts://, ws:// or wss:// address of the broker; null: the embedded one.',
  }),
  version: key(z.enum(['3.1.1', '5']), {
    default: '3.1.1',
    applies: 'process',
    remote: false,
    doc: 'MQTT protocol version; the embedded broker speaks 3.1.1.',
  }),
  baseTopic: key(
    z
      .string()
      .regex(/^[^+#/\0]+(\/[^+#/\0]+)*$/)
      .max(128),
    {
      default: 'zynqnet',
      applies: 'process',
      remote: false,
      doc: 'First part of every topic: <baseTopic>/<device>/result and so on.',
    },
  ),
  user: key(z.string().min(1).nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: 'User name for the broker.',
  }),
  passwordFile: key(path.nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: "File whose first line is the user's password.",
  }),
  keepaliveSeconds: key(z.int().min(2).max(3600), {
    default: 30,
    applies: 'process',
    doc: 'A broker that is silent for one and a half times this long counts as lost.',
  }),
  connectTimeoutSeconds: key(z.number().min(0.2).max(120), {
    default: 10,
    applies: 'process',
    doc: 'Time limit of one attempt to connect.',
  }),
  backoff: section('Random waits between attempts to connect (full jitter).', {
    minSeconds: key(z.number().min(0.01).max(60), {
      default: 1,
      applies: 'process',
      doc: 'Ceiling of the first wait; it doubles each time.',
    }),
    maxSeconds: key(z.number().min(0.01).max(3600), {
      default: 60,
      applies: 'process',
      doc: 'Ceiling of the longest wait.',
    }),
  }),
  tls: section('For mqtts:// and wss://.', {
    caFile: key(path.nullable(), {
      default: null,
      applies: 'process',
      remote: false,
      doc: "PEM file of authorities to trust; null: Node's own list.",
    }),
    certFile: key(path.nullable(), {
      default: null,
      applies: 'process',
      remote: false,
      doc: "PEM file of this device's certificate.",
    }),
    keyFile: key(path.nullable(), {
      default: null,
      applies: 'process',
      remote: false,
      doc: "PEM file of the certificate's private key.",
    }),
    verify: key(z.boolean(), {
      default: true,
      applies: 'process',
      remote: false,
      doc: 'Check the certificate of the broker. Leave it on.',
    }),
  }),
  eventQueueLength: key(z.int().min(1).max(100_000), {
    default: 1000,
    applies: 'process',
    doc: 'Events kept while the broker is away; the oldest are dropped (and counted) beyond that.',
  }),
  qos: section('Quality of service by topic.', {
    result: key(qos, { default: 0, applies: 'nothing', doc: 'For results.' }),
    event: key(qos, { default: 1, applies: 'nothing', doc: 'For events.' }),
  }),
});
