import { z } from 'zod';
import { key, path, section } from './define.js';
import { allowedDevice, plainAddress } from './remote-values.js';

const width = z.int().min(16).max(8192);
const height = z.int().min(16).max(8192);
const framesPerSecond = z.number().min(0.01).max(1000);

/** Every camera's keys; only the group that `source` names is used. */
export const camera = section('Where frames come from.', {
  source: key(z.enum(['scene', 'v4l2', 'http', 'files', 'ffmpeg']), {
    default: 'scene',
    applies: 'camera',
    doc: 'Kind of camera; the group of the same name below holds its parameters.',
  }),
  name: key(z.string().min(1).max(64), {
    default: 'camera',
    applies: 'camera',
    doc: 'Name of the camera in published results.',
  }),
  stallSeconds: key(z.number().min(0.5).max(3600), {
    default: 10,
    applies: 'camera',
    doc: 'A camera without a frame for this long counts as stalled and is opened anew.',
  }),
  scene: section('Built-in camera that draws road signs; for trying things out.', {
    seed: key(z.int().min(0).max(4_294_967_295), {
      default: 1,
      applies: 'camera',
      doc: 'The same seed draws the same frames.',
    }),
    framesPerSecond: key(framesPerSecond, { default: 10, applies: 'camera', doc: 'Frames drawn each second.' }),
  }),
  v4l2: section('Camera of the Linux kernel (USB, CSI, capture card).', {
    device: key(path, { default: '/dev/video0', applies: 'camera', remote: allowedDevice, doc: 'Device file.' }),
    width: key(width, {
      default: 640,
      applies: 'camera',
      doc: 'Wanted frame width in pixels; the driver may choose a near one.',
    }),
    height: key(height, { default: 480, applies: 'camera', doc: 'Wanted frame height in pixels.' }),
    format: key(z.enum(['auto', 'MJPG', 'YUYV', 'NV12', 'RGB24', 'GREY']), {
      default: 'auto',
      applies: 'camera',
      doc: 'Pixel format; auto takes the first of the list that the camera offers.',
    }),
    framesPerSecond: key(framesPerSecond, { default: 30, applies: 'camera', doc: 'Wanted frame rate.' }),
  }),
  http: section('Camera with an HTTP address.', {
    url: key(
      z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .nullable(),
      {
        default: null,
        applies: 'camera',
        remote: plainAddress('without user and password', /^https?:$/),
        doc: 'Address of a JPEG snapshot or of an MJPEG stream.',
      },
    ),
    mode: key(z.enum(['auto', 'snapshot', 'stream']), {
      default: 'auto',
      applies: 'camera',
      doc: 'Snapshot asks again for each frame, stream reads one endless answer; auto looks at the answer.',
    }),
    framesPerSecond: key(framesPerSecond, { default: 5, applies: 'camera', doc: 'How often a snapshot is fetched.' }),
    userFile: key(path.nullable(), {
      default: null,
      applies: 'camera',
      remote: false,
      doc: 'File with "user:password" for the camera, one line.',
    }),
  }),
  files: section('Images from a file or folder, in a loop.', {
    path: key(path.nullable(), {
      default: null,
      applies: 'camera',
      remote: false,
      doc: 'Image file, or folder of images.',
    }),
    framesPerSecond: key(framesPerSecond, { default: 1, applies: 'camera', doc: 'Images shown each second.' }),
    loop: key(z.boolean(), { default: true, applies: 'camera', doc: 'Start over after the last image.' }),
  }),
  ffmpeg: section('RTSP, or anything else that an installed ffmpeg reads.', {
    input: key(z.string().min(1).max(2048).nullable(), {
      default: null,
      applies: 'camera',
      remote: plainAddress('an rtsp:// or rtsps:// address without user and password', /^rtsps?:$/),
      doc: 'What ffmpeg gets after -i.',
    }),
    inputOptions: key(z.array(z.string().max(1024)).max(32), {
      default: [],
      applies: 'camera',
      remote: false,
      doc: "Options of ffmpeg for the input, before -i, one word an entry; e.g. ['-f', 'lavfi'].",
    }),
    width: key(width, { default: 640, applies: 'camera', doc: 'Width that ffmpeg scales frames to, in pixels.' }),
    height: key(height, { default: 480, applies: 'camera', doc: 'Height that ffmpeg scales frames to, in pixels.' }),
    framesPerSecond: key(framesPerSecond, { default: 10, applies: 'camera', doc: 'Frame rate that ffmpeg delivers.' }),
  }),
});

const pixels = z.int().min(0).max(16_384);

export const preprocess = section('From camera frame to network input.', {
  region: key(
    z
      .strictObject({
        x: pixels.meta({ description: 'Left edge in pixels.' }),
        y: pixels.meta({ description: 'Upper edge in pixels.' }),
        width: pixels.min(1).meta({ description: 'Width in pixels.' }),
        height: pixels.min(1).meta({ description: 'Height in pixels.' }),
      })
      .nullable(),
    { default: null, applies: 'view', doc: 'Part of the frame that is looked at; null: all of it.' },
  ),
  rotate: key(z.literal([0, 90, 180, 270]), {
    default: 0,
    applies: 'view',
    doc: 'Clockwise turn of the frame in degrees, after the region is cut out.',
  }),
  flip: key(z.enum(['none', 'horizontal', 'vertical', 'both']), {
    default: 'none',
    applies: 'view',
    doc: 'Mirrors the frame.',
  }),
  mode: key(z.enum(['model', 'squash', 'cover', 'contain']), {
    default: 'cover',
    applies: 'view',
    doc: "How a camera's frame fits the network's input; cover: the middle of it, undistorted; model: as the model says of photographs.",
  }),
});
