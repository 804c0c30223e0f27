import { z } from 'zod';
import { accelerator } from './accelerator-keys.js';
import { camera, preprocess } from './camera-keys.js';
import { key, path, section } from './define.js';
import { broker, homeAssistant, mqtt, publish } from './mqtt-keys.js';
import { log, metrics, recovery } from './operation-keys.js';
import { remote, update } from './remote-keys.js';
import { installedModel } from './remote-values.js';
import { power, schedule } from './schedule-keys.js';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** Not "group": zynqnet/group/ is where messages to fleet groups go. */
const deviceName = z.string().regex(/^(?!group$)[A-Za-z0-9_-]{1,64}$/);

const model = section('The network.', {
  file: key(path.nullable(), {
    default: null,
    applies: ['model', 'labels'],
    remote: installedModel,
    doc: 'A .zqn file; a name without a slash is looked for in model.folder first; null: the built-in road sign model.',
  }),
  folder: key(path.nullable(), {
    default: null,
    applies: ['process', 'model'],
    remote: false,
    doc: 'Folder of installed models; null: "models" in device.stateFolder, if that is set.',
  }),
  labels: key(z.array(z.string().min(1).max(256)).max(65_536).nullable(), {
    default: null,
    applies: 'labels',
    doc: "Names of the classes in order, one for each, instead of the model's own.",
  }),
});

const engine = section('What runs the network.', {
  backend: key(z.string().regex(/^[a-z0-9-]{1,32}$/), {
    default: 'auto',
    applies: 'model',
    doc: 'auto: the accelerator where the FPGA holds it, else cpu; cpu; scalar (the slow reference); or another that the error for a wrong one lists.',
  }),
  threads: key(z.int().min(1).max(16).nullable(), {
    default: null,
    applies: 'model',
    doc: 'Threads of the CPU engine; null: two, or one on a single processor.',
  }),
  recovery,
  accelerator,
});

const classify = section('From probabilities to a stable answer.', {
  topK: key(z.int().min(1).max(100), { default: 5, applies: 'nothing', doc: 'Number of classes in a result.' }),
  threshold: key(z.number().min(0).max(1), {
    default: 0.5,
    applies: 'nothing',
    doc: 'Least probability of a class that becomes the stable one.',
  }),
  margin: key(z.number().min(0).max(1), { default: 0.1, applies: 'nothing', doc: 'Least lead over the second class.' }),
  hold: key(z.number().min(0).max(1).nullable(), {
    default: null,
    applies: 'nothing',
    doc: 'Least probability at which the class that is stable stays so; null: the threshold. Lower means fewer changes.',
  }),
  frames: key(z.int().min(1).max(1000), {
    default: 3,
    applies: 'nothing',
    doc: 'Frames in a row that must agree before an event is published.',
  }),
});

const limits = section('Time limits; a stage beyond its limit loses the frame, counted, and the daemon goes on.', {
  preprocessMs: key(z.int().min(10).max(600_000), {
    default: 5000,
    applies: 'nothing',
    doc: 'For decoding and scaling one frame.',
  }),
  inferenceMs: key(z.int().min(10).max(600_000), {
    default: 10_000,
    applies: 'nothing',
    doc: 'For one run of the network.',
  }),
  shutdownMs: key(z.int().min(100).max(60_000), {
    default: 5000,
    applies: 'nothing',
    doc: 'For a clean end after SIGTERM.',
  }),
});

/** The whole configuration: the one source of names, types, limits, defaults, effects and descriptions. */
export const configSchema = z.strictObject({
  device: section('Who this device is.', {
    id: key(deviceName.nullable(), {
      default: null,
      applies: 'process',
      remote: false,
      doc: 'Name in topics; null: derived from /etc/machine-id.',
    }),
    groups: key(z.array(name).max(16), {
      default: [],
      applies: 'process',
      remote: false,
      doc: 'Fleet groups whose messages this device also obeys.',
    }),
    stateFolder: key(path.nullable(), {
      default: null,
      applies: 'process',
      remote: false,
      doc: 'Folder for changes made by message (e.g. /var/lib/zynqnetd); null: they last until the daemon ends.',
    }),
    allowedDevices: key(z.array(path).max(64), {
      default: ['/dev/video*', '/dev/v4l/by-id/*', '/dev/v4l/by-path/*'],
      applies: 'nothing',
      remote: false,
      doc: 'Device files that a message may choose; * stands for anything but a slash.',
    }),
    led: key(path.nullable(), {
      default: null,
      applies: 'nothing',
      remote: false,
      doc: 'Folder of the LED that `identify` blinks, e.g. /sys/class/leds/led0; null: one named *:identify, else the first.',
    }),
  }),
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
