/**
 * The native addon as TypeScript sees it. The loader lives in `load.ts`; this file holds types only.
 * Arrays of weights are in the order [output channel][input channel][ky][kx].
 */

import type { AcceleratorCounters, AcceleratorReport, NativeAcceleratorOptions } from './accelerator-types.js';
import type { NativeBoard } from './board-types.js';
import type { NativeV4l2, NativeV4l2Devices } from './v4l2.js';

/** Weights of one convolution of a float model. */
export interface FloatConv {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Weights of one convolution of an int8 model; `multiplier` and `shift` are empty for a wide convolution. */
export interface Int8Conv {
  readonly weights: Int8Array;
  readonly bias: Int32Array;
  readonly multiplier: Uint16Array;
  readonly shift: Uint8Array;
}

/** How one section is stored, for `model inspect`. */
interface SectionInfo {
  readonly storedBytes: number;
  readonly coding: string;
  readonly codebookSize: number;
  readonly nonZero: number;
}

/** A parsed model held in native memory; immutable. */
export interface NativeModel {
  readonly headerJson: string;
  readonly classes: number;
  readonly logitScale: Float32Array;
  readonly logitOffset: Float32Array;
  convCount(): number;
  conv(index: number): FloatConv | Int8Conv;
  section(index: number): SectionInfo;
}

/** What `encodeModel` writes. `header` is the header JSON text of docs/model-format.md. */
export interface ModelDescription {
  readonly headerJson: string;
  readonly convs: readonly (FloatConv | Int8Conv)[];
  readonly logitScale: Float32Array;
  readonly logitOffset: Float32Array;
}

export interface NativeEngineOptions {
  readonly backend: string;
  readonly threads?: number;
  readonly accelerator?: NativeAcceleratorOptions;
}

/** One inference engine bound to one model. Runs are queued and executed off the main thread. */
export interface NativeEngine {
  /** e.g. "avx512vnni", "avx2", "neon", "scalar", "float" */
  readonly name: string;
  /**
   * One frame, height x width x channels bytes in the model's channel order. Resolves to the logit sums
   * (Int32Array, int8 models) or logits (Float32Array, float models), one per class. The buffer must not be
   * changed until the promise settles.
   */
  run(input: Uint8Array): Promise<Int32Array | Float32Array>;
  /** Like `run`, also returning every tensor (uint8, or float32 for float models), [height][width][channels]; for calibration and tests. */
  runAllTensors(
    input: Uint8Array,
  ): Promise<{ logits: Int32Array | Float32Array; tensors: (Uint8Array | Float32Array)[] }>;
  /**
   * First step of recovery, off the main thread: soft reset of the accelerator after the frame it is in, self-test, and the
   * program written again before the next frame. Frames that wait are not lost. Resolves at once on CPU backends. Rejects
   * with ACCELERATOR_STUCK (not even a reset ends it: `reload`), ACCELERATOR_FPGA, _IDENTITY, _SELFTEST or ENGINE_CLOSED.
   */
  reset(): Promise<void>;
  /**
   * Second step: loads the bitstream again through the FPGA manager (`accelerator.bitstream`), verifies identity and build,
   * then as `reset`. Rejects with ACCELERATOR_FPGA when the kernel cannot load it, ACCELERATOR_BUILD when another build came
   * up, or as `reset`. Resolves at once on CPU backends.
   */
  reload(): Promise<void>;
  /** Null unless an accelerator runs the network. Call it between frames. */
  report(): AcceleratorReport | null;
  /** Null unless an accelerator runs the network. At any time. */
  counters(): AcceleratorCounters | null;
  close(): void;
}

export interface NativeAddon extends NativeV4l2, NativeV4l2Devices {
  readonly version: string;
  /** Instruction sets and backends compiled in and usable here. */
  readonly features: readonly string[];
  /** Accelerator backends compiled in: `fpga`, `functional-sim`, and `rtl` where Verilator was there. */
  readonly accelerators: readonly string[];
  /** Parses a `.zqn` file strictly. `sha256` is the digest of everything but the last 32 bytes. Throws Error with `code`. */
  parseModel(file: Uint8Array, sha256: Uint8Array): NativeModel;
  /** As `parseModel`, on the thread pool. The file must not be changed until the promise settles. */
  openModel(file: Uint8Array, sha256: Uint8Array): Promise<NativeModel>;
  /** The whole file but its trailing digest. */
  encodeModel(description: ModelDescription): Uint8Array;
  /** Packs or lowers the model on this thread: for tests and commands. */
  createEngine(model: NativeModel, options: NativeEngineOptions): NativeEngine;
  /** As `createEngine`, on the thread pool. */
  openEngine(model: NativeModel, options: NativeEngineOptions): Promise<NativeEngine>;
  /**
   * Sends a message to the service manager (sd_notify's protocol) without ever waiting. `socket` is NOTIFY_SOCKET's value; throws an
   * Error with the code NOTIFY_FAILED.
   */
  notifyService(socket: string, message: string): void;
  /** What `doctor` asks of a board. */
  readonly board: NativeBoard;
  /** Numeric kernels of `model compress`; tools/native/compress-kernels.ts types them. */
  readonly compress: object;
}
