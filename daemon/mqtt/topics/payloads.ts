import { z } from 'zod';

/** What the messages of a device contain; topics.ts says on which topics they are. docs/topics.md explains them. */
const states = ['init', 'online', 'stopped', 'offline'] as const;
export type DeviceState = (typeof states)[number];

const timestamp = z.iso.datetime();
const count = z.int().min(0);
const milliseconds = z.number().min(0);
/** SHA-256 of a model file, as `sha256sum` prints it. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `init` until the first frame is through, `offline` is the will. `session` is new at each start of the daemon. */
export const statusPayload = z.strictObject({ state: z.enum(states), session: z.string() });

const classScore = z.strictObject({
  label: z.string(),
  index: count,
  /** 0..1, softmax over all classes. */
  probability: z.number().min(0).max(1),
});

const modelIdentity = z.strictObject({ name: z.string(), sha256 });

export const resultPayload = z.strictObject({
  device: z.string(),
  session: z.string(),
  camera: z.string(),
  /** Counts the camera's frames since it was opened; gaps are frames that were dropped. */
  frame: count,
  /** UTC. */
  capturedAt: timestamp,
  /** False: this clock has not been set since boot (the boards have no battery), only differences of times hold. */
  clockSynchronized: z.boolean(),
  model: modelIdentity,
  /** Most probable first; `classify.topK` of them. */
  top: z.array(classScore),
  /** `total` runs from the frame's capture to its result. */
  latencyMs: z.strictObject({ preprocess: milliseconds, inference: milliseconds, total: milliseconds }),
  backend: z.string(),
  /** What the frame really shows, where the camera knows (the scene camera does). */
  truth: z.strictObject({ label: z.string(), index: z.int() }).optional(),
});

/** The stable class has changed; null is "no class is sure enough". */
export const eventPayload = z.strictObject({
  device: z.string(),
  session: z.string(),
  camera: z.string(),
  /** 1, 2, 3… within a session: shows repeats (delivery is at least once) and gaps (the queue overflowed). */
  sequence: count,
  frame: count,
  capturedAt: timestamp,
  clockSynchronized: z.boolean(),
  model: modelIdentity,
  before: classScore.nullable(),
  after: classScore.nullable(),
});

export const infoPayload = z.strictObject({
  device: z.string(),
  session: z.string(),
  version: z.string(),
  startedAt: timestamp,
  model: modelIdentity.extend({
    input: z.strictObject({ width: count, height: count, channels: count }),
    labels: count,
  }),
  backend: z.string(),
  camera: z.strictObject({ name: z.string(), source: z.string() }),
  host: z.strictObject({ name: z.string(), platform: z.string(), node: z.string() }),
});

const spread = z.strictObject({ p50: milliseconds, p95: milliseconds, p99: milliseconds });

export const healthPayload = z.strictObject({
  device: z.string(),
  session: z.string(),
  at: timestamp,
  clockSynchronized: z.boolean(),
  uptimeSeconds: z.number().min(0),
  /** Results a second since the last health message. */
  framesPerSecond: z.number().min(0),
  /** Since the start. */
  frames: z.strictObject({
    captured: count,
    classified: count,
    dropped: z.strictObject({
      /** Replaced by a newer frame before their turn came. */
      replaced: count,
      /** By the camera or its driver. */
      lost: count,
      /** There was no model yet. */
      noModel: count,
    }),
    /** On purpose, by cause; a cause that never happened may be missing. */
    skipped: z.record(z.string(), count),
    failed: z.strictObject({ camera: count, preprocess: count, inference: count, delivery: count }),
  }),
  results: z.strictObject({
    published: count,
    /** Over `publish.maxResultsPerSecond`. */
    skipped: count,
    /** No broker, or it does not keep up. */
    dropped: count,
  }),
  events: z.strictObject({ published: count, queued: count, dropped: count }),
  latencyMs: z.strictObject({ preprocess: spread, inference: spread, total: spread }),
  /** What waits now; `inFlight` frames are being prepared or inferred. */
  queues: z.strictObject({ frames: count, inFlight: count, events: count, results: count }),
  mqtt: z.strictObject({
    state: z.string(),
    connects: count,
    reconnectsLastHour: count,
    lastError: z.string().nullable(),
  }),
  camera: z.strictObject({ state: z.string(), reconnects: count, reconnectsLastHour: count }),
  /** What the engine went through since the start; docs/operations.md tells of its states and steps. */
  engine: z.strictObject({
    state: z.string(),
    backend: z.string().nullable(),
    errors: count,
    hangs: count,
    retries: count,
    resets: count,
    reloads: count,
    fallbacks: count,
    returns: count,
    lastError: z.string().nullable(),
    /** Null on CPUs. `cycles` of the last frame; `lostInterrupts`: the line is not connected, the driver polls. */
    accelerator: z
      .strictObject({
        preset: z.string(),
        clockMHz: count,
        cycles: count,
        runs: count,
        failures: count,
        timeouts: count,
        resets: count,
        reloads: count,
        lostInterrupts: count,
      })
      .nullable(),
  }),
  process: z.strictObject({ rssMiB: z.number(), cpuPercent: z.number(), openFiles: count.nullable() }),
  machine: z.strictObject({
    uptimeSeconds: count,
    load: z.number().min(0),
    memoryAvailableMiB: z.number(),
    /** Of the state folder's disk, or the root's. */
    disk: z.strictObject({ freeMiB: z.number(), sizeMiB: z.number() }).nullable(),
    /** Degrees Celsius by sensor; `xadc` is the Zynq's own. */
    temperaturesC: z.record(z.string(), z.number()),
  }),
  /** Ids of the alerts that are up. */
  alerts: z.array(z.string()),
});

export const logPayload = z.strictObject({
  device: z.string(),
  session: z.string(),
  at: timestamp,
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
  /** Lines that were left out before this one, since there were too many. */
  leftOut: count,
});

/** One thing that is wrong now; an empty message means that it is over. */
export const alertPayload = z.strictObject({
  id: z.string(),
  severity: z.enum(['warning', 'error']),
  message: z.string(),
  since: timestamp,
});

/** The stable class as a state: what the last `event` came to. */
export const classPayload = z.strictObject({
  label: z.string().nullable(),
  index: count.nullable(),
  probability: z.number().min(0).max(1),
  since: timestamp,
  /** Of the event. */
  sequence: z.int().min(1),
  session: z.string(),
});

export const activityPayload = z.strictObject({
  state: z.enum(['active', 'saving', 'outside hours']),
  since: timestamp,
});

/** Always the configuration that is kept; a trial shows only when it has been confirmed. */
export const configPayload = z.strictObject({
  revision: count,
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
  revision: count.nullable(),
  effect: z.enum(['live', 'pipeline', 'process']).nullable(),
  data: z.unknown().optional(),
});

export const modelStatusPayload = z.strictObject({
  state: z.enum(['idle', 'downloading', 'verifying', 'activating', 'installed', 'active', 'failed']),
  /** The same for people: `downloading 42 %`, `failed: …`. */
  text: z.string(),
  /** Of what is being received, or was last. */
  sha256: sha256.nullable(),
  percent: count.max(100).nullable(),
  /** Ranges of chunks that have not come, the first sixteen. */
  missing: z.array(z.tuple([z.int(), z.int()])),
  reason: z.string().nullable(),
  /** In service. */
  active: modelIdentity.nullable(),
  /** The newest that is installed. */
  latest: modelIdentity.nullable(),
  /** `model.file` before this one; `built-in` for the daemon's own. */
  previous: z.string().nullable(),
  installed: z.array(modelIdentity.extend({ file: z.string(), bytes: z.int() })),
});

export type StatusPayload = z.output<typeof statusPayload>;
export type ClassScore = z.output<typeof classScore>;
export type ModelIdentity = z.output<typeof modelIdentity>;
export type ResultPayload = z.output<typeof resultPayload>;
export type EventPayload = z.output<typeof eventPayload>;
export type InfoPayload = z.output<typeof infoPayload>;
export type HealthPayload = z.output<typeof healthPayload>;
export type LogPayload = z.output<typeof logPayload>;
