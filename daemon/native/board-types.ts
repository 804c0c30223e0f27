/** What the addon reads from a board for `doctor`; types only. Implemented in native/addon/board_functions.cpp. */
import type { NativeAcceleratorOptions } from './accelerator-types.js';

/** What the boot loader (FSBL, ps7_init) set up between processing system and fabric. */
export interface NativeProcessingSystem {
  /** FCLK0 as its PLL and dividers are set now; null where the board's crystal is not known. */
  readonly clockMHz: number | null;
  /** False while the clock is stopped: an access to the PL would hang the bus. */
  readonly clockRuns: boolean;
  /** Level shifters between PS and PL are open, both ways. */
  readonly levelShifters: boolean;
  /** FPGA0_OUT_RST: the PL is held in reset. */
  readonly inReset: boolean;
  /** HP0 to HP3. */
  readonly ports: readonly { readonly port: number; readonly readBits: number; readonly writeBits: number }[];
}

/** The accelerator's identity and build registers. */
export interface NativeAcceleratorBuild {
  /** The identity register, whatever it says. */
  readonly id: number;
  /** 0 unless the id is ours. */
  readonly major: number;
  readonly minor: number;
  /** A known preset's name, or "custom"; empty, like the numbers below 0, unless id and major version are ours. */
  readonly preset: string;
  readonly clockMHz: number;
  readonly multipliers: number;
  readonly ports: number;
}

/** Which accelerator. */
export interface NativeAcceleratorQuestion {
  /** `fpga` (default), `functional-sim` or `rtl`. */
  readonly backend?: string;
  readonly accelerator?: NativeAcceleratorOptions;
}

export interface NativeBoard {
  /**
   * Reads SLCR and AFI registers through /dev/mem, read-only: they answer whatever the PL does, but only on a Zynq-7000, which
   * the device tree is asked first. `root` holds /dev and /proc, for tests. Throws ACCELERATOR_MISSING elsewhere, or without
   * the right to /dev/mem.
   */
  processingSystem(root?: string): NativeProcessingSystem;
  /**
   * Reads the identity, version and build registers, writes nothing: safe beside a daemon that drives the accelerator. Rejects
   * with ACCELERATOR_FPGA before anything is touched when the FPGA manager does not say "operating", with ACCELERATOR_MISSING
   * or ACCELERATOR_BUILD.
   */
  acceleratorBuild(question?: NativeAcceleratorQuestion): Promise<NativeAcceleratorBuild>;
  /**
   * Patterns through the DMA memory, there and back by the accelerator's own commands, through every port, 64 times in the same
   * place: a narrow HP port, a stale cache or a wrong region show. Resolves to the bytes copied; rejects with
   * ACCELERATOR_SELFTEST naming the first wrong byte, ACCELERATOR_BUSY while another process drives the accelerator, or what
   * opening it finds.
   */
  acceleratorCopy(question?: NativeAcceleratorQuestion): Promise<{ readonly bytes: number }>;
}
