import type { CameraConfig } from '../../config/schema.js';
import type { NativeV4l2 } from '../../native/v4l2.js';
import { ZynqnetError } from '../../util/error.js';
import type { CameraDriver, FrameSource } from '../source.js';
import { SupervisedCamera } from '../supervision/supervised-camera.js';
import { ffmpegDriver } from './ffmpeg.js';
import { filesDriver } from './files.js';
import { httpDriver } from './http.js';
import { sceneDriver } from './scene.js';
import { v4l2Driver } from './v4l2.js';

/** The camera that the configuration asks for, not started. `native` is the addon; only v4l2 asks for it. */
export function createCamera(camera: CameraConfig, native: () => NativeV4l2): FrameSource {
  return new SupervisedCamera(driverFor(camera, native));
}

/** Throws CAMERA_CONFIG where a key that this source needs is missing. */
function driverFor(camera: CameraConfig, native: () => NativeV4l2): CameraDriver {
  const stallMs = camera.stallSeconds * 1000;
  switch (camera.source) {
    case 'scene':
      return sceneDriver({ ...camera.scene, stallMs });
    case 'v4l2':
      return v4l2Driver({ ...camera.v4l2, stallMs }, native());
    case 'http':
      return httpDriver({ ...camera.http, url: needed(camera.http.url, 'camera.http.url'), stallMs });
    case 'files':
      return filesDriver({ ...camera.files, path: needed(camera.files.path, 'camera.files.path'), stallMs });
    case 'ffmpeg':
      return ffmpegDriver({ ...camera.ffmpeg, input: needed(camera.ffmpeg.input, 'camera.ffmpeg.input'), stallMs });
  }
}

function needed(value: string | null, key: string): string {
  if (value !== null) return value;
  const source = key.split('.')[1];
  throw new ZynqnetError('CAMERA_CONFIG', `${key} is not set, but camera.source is ${source}; set it`);
}
