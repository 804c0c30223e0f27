/**
 * The public MQTT interface: every topic under `<baseTopic>/<device>/`, with QoS, retained or not, and the payload.
 * docs/topics.md explains them; a test checks that page against this file.
 */
import * as payloads from './payloads.js';

/** What the device publishes; `+` is the id of an alert. QoS of result and event is configuration; these are the defaults. */
export const topics = {
  status: { qos: 1, retain: true, payload: payloads.statusPayload },
  info: { qos: 1, retain: true, payload: payloads.infoPayload },
  result: { qos: 0, retain: false, payload: payloads.resultPayload },
  event: { qos: 1, retain: false, payload: payloads.eventPayload },
  health: { qos: 1, retain: true, payload: payloads.healthPayload },
  log: { qos: 0, retain: false, payload: payloads.logPayload },
  'alert/+': { qos: 1, retain: true, payload: payloads.alertPayload },
  class: { qos: 1, retain: true, payload: payloads.classPayload },
  activity: { qos: 1, retain: true, payload: payloads.activityPayload },
  config: { qos: 1, retain: true, payload: payloads.configPayload },
  'config/response': { qos: 1, retain: false, payload: payloads.responsePayload },
  'command/response': { qos: 1, retain: false, payload: payloads.responsePayload },
  'model/status': { qos: 1, retain: true, payload: payloads.modelStatusPayload },
  /** A JSON Schema. */
  'config/schema': { qos: 1, retain: true, payload: undefined },
  /** A JPEG picture. */
  image: { qos: 1, retain: false, payload: undefined },
} as const;

/** What the device, and each of its groups, listens to. daemon/control checks the bodies and answers. */
export const requests = [
  'config/set',
  'config/get',
  'config/reset',
  'config/rollback',
  'command/+',
  'command/model/+',
  /** SHA-256 of the model, number of the chunk. The only one without an answer: `model/status` says what is missing. */
  'model/chunk/+/+',
] as const;

/** A name of the catalogue with its `+` filled in. */
type Filled<Name> = Name extends `${infer Start}+${infer End}` ? `${Start}${string}${Filled<End>}` : Name;
type Entries = typeof topics;

export type TopicName = Filled<keyof Entries>;
export type RetainedTopic = Filled<
  { [Name in keyof Entries]: Entries[Name]['retain'] extends true ? Name : never }[keyof Entries]
>;
export type RequestTopic = Filled<(typeof requests)[number]>;

/** The topics on which a device answers. */
export const answerTopics = ['config/response', 'command/response'] as const satisfies readonly TopicName[];

export function answerTopicOf(request: RequestTopic): (typeof answerTopics)[number] {
  return request.startsWith('config/') ? 'config/response' : 'command/response';
}

export function topicOf(baseTopic: string, device: string, name: string): string {
  return `${baseTopic}/${device}/${name}`;
}
