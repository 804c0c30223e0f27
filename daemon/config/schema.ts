import { z } from 'zod';
import { broker } from './keys/broker.js';
import { camera } from './keys/camera.js';
import { classify } from './keys/classify.js';
import { device } from './keys/device.js';
import { engine } from './keys/engine.js';
import { homeAssistant } from './keys/home-assistant.js';
import { limits } from './keys/limits.js';
import { log } from './keys/log.js';
import { metrics } from './keys/metrics.js';
import { model } from './keys/model.js';
import { mqtt } from './keys/mqtt.js';
import { preprocess } from './keys/preprocess.js';
import { publish } from './keys/publish.js';
import { remote } from './keys/remote.js';
import { power, schedule } from './keys/schedule.js';
import { update } from './keys/update.js';

/** The whole configuration: the one source of names, types, limits, defaults, effects and descriptions. */
export const configSchema = z.strictObject({
  device,
  camera,
  preprocess,
  model,
  engine,
  classify,
  publish,
  mqtt,
  broker,
  homeAssistant,
  schedule,
  power,
  remote,
  update,
  limits,
  log,
  metrics,
});

export type Config = z.output<typeof configSchema>;
export type CameraConfig = Config['camera'];
export type MqttConfig = Config['mqtt'];
