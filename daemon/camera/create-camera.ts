import type { NativeV4l2 } from '../native/v4l2.js';
import type { FrameSource } from './frame-source.js';
import { type CameraSettings, chosenKind } from './kinds/table.js';
import { SupervisedCamera } from './supervision/supervised-camera.js';

/** The camera that the configuration chooses, not started. Throws CAMERA_CONFIG where a key that it needs is not set. */
export function createCamera(settings: CameraSettings, native: () => NativeV4l2): FrameSource {
  const context = { stallMs: settings.stallSeconds * 1000, native };
  return new SupervisedCamera(chosenKind(settings).driver(settings[settings.source], context));
}
