import { hostname } from 'node:os';
import type { z } from 'zod';
import type { Config } from '../config/schema.js';
import type { EngineManager } from '../inference/engine/engine-manager.js';
import type { FrameClassifier } from '../inference/frame-classifier.js';
import type { Network } from '../inference/network.js';
import type { Activity } from '../monitoring/service/progress.js';
import type { classPayload } from '../mqtt/topics/remote-topics.js';
import type { EventPayload, InfoPayload } from '../mqtt/topics/topics.js';
import { version } from '../util/version.js';

export interface InfoFacts {
  readonly device: string;
  readonly session: string;
  readonly startedAt: string;
  readonly config: Config;
  readonly network: Network;
}

/** The `info` message. */
export function infoOf({ device, session, startedAt, config: { camera }, network }: InfoFacts): InfoPayload {
  const { width, height, channels } = network.model.header.input;
  return {
    device,
    session,
    version,
    startedAt,
    model: { ...network.identity, input: { width, height, channels }, labels: network.model.header.labels.length },
    backend: network.backend,
    camera: { name: camera.name, source: camera.source },
    host: { name: hostname(), platform: `${process.platform}-${process.arch}`, node: process.version },
  };
}

/** The `class` message: an event's outcome as a state, for those who ask what it is now. */
export function stableClass({ after, capturedAt, sequence, session }: EventPayload): z.output<typeof classPayload> {
  const { label = null, index = null, probability = 0 } = after ?? {};
  return { label, index, probability, since: capturedAt, sequence, session };
}

/** Frames refused while something is being mended are no progress; the steps taken to mend it are. */
export function activityOf(
  { captured, outcomes, waiting, inFlight }: ReturnType<FrameClassifier['stats']>,
  { resets, reloads, fallbacks }: ReturnType<EngineManager['stats']>,
): Activity {
  return { captured, outcomes: outcomes + resets + reloads + fallbacks, inWork: waiting + inFlight };
}
