/** The addon's V4L2 capture as TypeScript sees it; types only. Implemented in native/addon/v4l2_object.cpp. */
import type { ErrorCode } from '../util/error-codes.js';

export interface NativeV4l2Options {
  readonly device: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** MJPG, YUYV, NV12, RGB24, GREY in order of preference. */
  readonly formats: readonly string[];
}

export type NativeV4l2Event =
  | {
      readonly type: 'opened';
      readonly format: string;
      readonly width: number;
      readonly height: number;
      readonly framesPerSecond: number;
      readonly driver: string;
      readonly card: string;
      readonly bus: string;
    }
  | {
      readonly type: 'frame';
      /** Memory of its own: RGB or grey rows without padding, or a JPEG. */
      readonly data: Uint8Array;
      readonly format: 'rgb24' | 'gray8' | 'jpeg';
      readonly width: number;
      readonly height: number;
      /** The driver's frame counter. */
      readonly sequence: number;
      /** Frames since the last event that were lost by the driver, marked bad, or replaced by newer ones. */
      readonly lost: number;
      /** CLOCK_MONOTONIC, the driver's where it stamps with that clock. */
      readonly timestampMs: number;
    }
  | { readonly type: 'lost'; readonly frames: number }
  | { readonly type: 'warning'; readonly message: string }
  /** The last event: the device is closed. Without a code it was stopped. */
  | { readonly type: 'closed'; readonly code?: ErrorCode; readonly message?: string };

interface NativeV4l2Capture {
  /** Wakes and ends the capture thread; `closed` follows. May be called more than once. */
  stop(): void;
}

/** What a video device says about itself. */
interface V4l2Description {
  readonly driver: string;
  readonly card: string;
  readonly bus: string;
  /** Single-planar capture through mapped buffers, which is what `openV4l2` needs. */
  readonly captures: boolean;
  /** Of capture, in the driver's order, e.g. `YUYV`. */
  readonly formats: readonly string[];
}

export interface NativeV4l2Devices {
  /** Opens the device for a moment and sets nothing up. Throws CAMERA_OPEN. Blocks for as long as the driver does. */
  describeV4l2(device: string): V4l2Description;
}

export interface NativeV4l2 {
  /** Starts a thread that opens the device and streams. Returns at once; everything else comes as events. */
  openV4l2(options: NativeV4l2Options, onEvent: (event: NativeV4l2Event) => void): NativeV4l2Capture;
}
