import { z } from 'zod';
import { guardedKey, key, localKey, path, section } from './keys.js';

const width = z.int().min(16).max(8192);
const height = z.int().min(16).max(8192);
const framesPerSecond = z.number().min(0.01).max(1000);

/** Every camera's keys; only the group that `source` names is used. */
export const camera = section('Where frames come from.', {
  source: key(
    z.enum(['scene', 'v4l2', 'http', 'files', 'ffmpeg']),
    'scene',
    'pipeline',
    'Kind of camera; the group of the same name below holds its parameters.',
  ),
  name: key(z.string().min(1).max(64), 'camera', 'pipeline', 'Name of the camera in published results.'),
  stallSeconds: key(
    z.number().min(0.5).max(3600),
    10,
    'pipeline',
    'A camera without a frame for this long counts as stalled and is opened anew.',
  ),
  scene: section('Built-in camera that draws road signs; for trying things out.', {
    seed: key(z.int().min(0).max(4_294_967_295), 1, 'pipeline', 'The same seed draws the same frames.'),
    framesPerSecond: key(framesPerSecond, 10, 'pipeline', 'Frames drawn each second.'),
  }),
  v4l2: section('Camera of the Linux kernel (USB, CSI, capture card).', {
    device: guardedKey(path, '/dev/video0', 'pipeline', 'Device file.', 'one that matches device.allowedDevices'),
    width: key(width, 640, 'pipeline', 'Wanted frame width in pixels; the driver may choose a near one.'),
    height: key(height, 480, 'pipeline', 'Wanted frame height in pixels.'),
    format: key(
      z.enum(['auto', 'MJPG', 'YUYV', 'NV12', 'RGB24', 'GREY']),
      'auto',
      'pipeline',
      'Pixel format; auto takes the first of the list that the camera offers.',
    ),
    framesPerSecond: key(framesPerSecond, 30, 'pipeline', 'Wanted frame rate.'),
  }),
  http: section('Camera with an HTTP address.', {
    url: guardedKey(
      z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .nullable(),
      null,
      'pipeline',
      'Address of a JPEG snapshot or of an MJPEG stream.',
      'without user and password',
    ),
    mode: key(
      z.enum(['auto', 'snapshot', 'stream']),
      'auto',
      'pipeline',
      'Snapshot asks again for each frame, stream reads one endless answer; auto looks at the answer.',
    ),
    framesPerSecond: key(framesPerSecond, 5, 'pipeline', 'How often a snapshot is fetched.'),
    userFile: localKey(path.nullable(), null, 'pipeline', 'File with "user:password" for the camera, one line.'),
  }),
  files: section('Images from a file or folder, in a loop.', {
    path: localKey(path.nullable(), null, 'pipeline', 'Image file, or folder of images.'),
    framesPerSecond: key(framesPerSecond, 1, 'pipeline', 'Images shown each second.'),
    loop: key(z.boolean(), true, 'pipeline', 'Start over after the last image.'),
  }),
  ffmpeg: section('RTSP, or anything else that an installed ffmpeg reads.', {
    input: guardedKey(
      z.string().min(1).max(2048).nullable(),
      null,
      'pipeline',
      'What ffmpeg gets after -i.',
      'an rtsp:// or rtsps:// address without user and password',
    ),
    inputOptions: localKey(
      z.array(z.string().max(1024)).max(32),
      [],
      'pipeline',
      "Options of ffmpeg for the input, before -i, one word an entry; e.g. ['-f', 'lavfi'].",
    ),
    width: key(width, 640, 'pipeline', 'Width that ffmpeg scales frames to, in pixels.'),
    height: key(height, 480, 'pipeline', 'Height that ffmpeg scales frames to, in pixels.'),
    framesPerSecond: key(framesPerSecond, 10, 'pipeline', 'Frame rate that ffmpeg delivers.'),
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
    null,
    'live',
    'Part of the frame that is looked at; null: all of it.',
  ),
  rotate: key(
    z.literal([0, 90, 180, 270]),
    0,
    'live',
    'Clockwise turn of the frame in degrees, after the region is cut out.',
  ),
  flip: key(z.enum(['none', 'horizontal', 'vertical', 'both']), 'none', 'live', 'Mirrors the frame.'),
  mode: key(
    z.enum(['model', 'squash', 'cover', 'contain']),
    'cover',
    'live',
    "How a camera's frame fits the network's input; cover: the middle of it, undistorted; model: as the model says of photographs.",
  ),
});
