import { z } from 'zod';

/**
 * What a device says about its configuration and its models, and how it answers; the other half of topics.ts. What it is
 * asked by is in docs/remote.md and docs/model-updates.md.
 */
const revision = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const model = z.strictObject({ name: z.string(), sha256 });

/** The stable class as a state: what the last `event` came to. */
export const classPayload = z.strictObject({
  label: z.string().nullable(),
  index: z.int().min(0).nullable(),
  probability: z.number().min(0).max(1),
  since: z.iso.datetime(),
  /** Of the event. */
  sequence: z.int().min(1),
  session: z.string(),
});

export const activityPayload = z.strictObject({
  state: z.enum(['active', 'saving', 'outside hours']),
  since: z.iso.datetime(),
});

/** Always the configuration that is kept; a trial shows only when it has been confirmed. */
export const configPayload = z.strictObject({
  revision,
  /** Everything, defaults included, credentials in addresses redacted. */
  config: z.record(z.string(), z.unknown()),
  /** What messages have changed over the local file. */
  changes: z.record(z.string(), z.unknown()),
});

/** Every answer, on `config/response` and `command/response`. */
export const responsePayload = z.strictObject({
  id: z.union([z.string(), z.number()]).nullable(),
  device: z.string(),
  status: z.enum(['ok', 'error']),
  code: z.int(),
  message: z.string(),
  details: z.array(z.strictObject({ path: z.string(), message: z.string() })),
  revision: revision.nullable(),
  effect: z.enum(['live', 'pipeline', 'process']).nullable(),
  data: z.unknown().optional(),
});

export const modelStatusPayload = z.strictObject({
  state: z.enum(['idle', 'downloading', 'verifying', 'activating', 'installed', 'active', 'failed']),
  /** The same for people: `downloading 42 %`, `failed: …`. */
  text: z.string(),
  /** Of what is being received, or was last. */
  sha256: sha256.nullable(),
  percent: z.int().min(0).max(100).nullable(),
  /** Ranges of chunks that have not come, the first sixteen. */
  missing: z.array(z.tuple([z.int(), z.int()])),
  reason: z.string().nullable(),
  /** In service. */
  active: model.nullable(),
  /** The newest that is installed. */
  latest: model.nullable(),
  /** `model.file` before this one; `built-in` for the daemon's own. */
  previous: z.string().nullable(),
  installed: z.array(model.extend({ file: z.string(), bytes: z.int() })),
});

/** Every topic that the control of a board publishes: the catalogue that the documentation is tested against. @public */
export const remoteTopics = {
  class: { qos: 1, retain: true, payload: classPayload },
  activity: { qos: 1, retain: true, payload: activityPayload },
  config: { qos: 1, retain: true, payload: configPayload },
  'config/response': { qos: 1, retain: false, payload: responsePayload },
  'model/status': { qos: 1, retain: true, payload: modelStatusPayload },
} as const;
