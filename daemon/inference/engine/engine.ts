import type { AcceleratorCounters } from '../../native/accelerator-types.js';

/**
 * One inference engine bound to one model: the CPU, the simulated accelerator, the FPGA. Frames are queued and run off
 * the main thread, in order, one at a time.
 */
export interface Engine {
  /** e.g. "avx512vnni", "neon", "scalar", "float-avx2" */
  readonly name: string;
  /**
   * One frame, height x width x channels bytes in the model's channel order, unchanged until the promise settles.
   * Resolves to the logit sums (Int32Array, int8 models) or logits (Float32Array), one per class. Rejects with
   * ENGINE_INPUT, ENGINE_CLOSED or what the hardware reports.
   */
  run(input: Uint8Array): Promise<Int32Array | Float32Array>;
  /**
   * First step of recovery: puts the hardware behind the engine back into a known state, after the frame it is in; no frame
   * is lost. Nothing on CPUs. Rejects with an ACCELERATOR_ error when it does not come back.
   */
  reset?(): Promise<void>;
  /** Second step, when `reset` was not enough: configures the FPGA again, then as `reset`. */
  reload?(): Promise<void>;
  /** What an accelerator counts; null on CPUs. At any time. */
  counters?(): AcceleratorCounters | null;
  /** Frames that still wait are rejected with ENGINE_CLOSED; the one in flight ends. A second call does nothing. */
  close(): void;
}
