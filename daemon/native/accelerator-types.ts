/** The accelerator behind the addon: backends `fpga`, `functional-sim` and `rtl`. Types only. */

/** Every member may be left out. */
export interface NativeAcceleratorOptions {
  /** `functional-sim` and `rtl`: which build to simulate; a board says what it is. */
  readonly preset?: string;
  /** `rtl`: back-pressure on 30 % of the beats; default true. */
  readonly backPressure?: boolean;
  /** `rtl`: of the back-pressure. */
  readonly seed?: number;
  /** `fpga`: folder that holds /sys and /dev; for tests. */
  readonly root?: string;
  /** `fpga`: name of the UIO device; default "zynqnetd". */
  readonly uio?: string;
  /** `fpga`: name of the u-dma-buf; default "udmabuf-zynqnetd". */
  readonly udmabuf?: string;
  /** `fpga`: physical address of the registers, through /dev/mem instead of UIO. */
  readonly registerAddress?: number;
  /** `fpga`: physical address of a reserved region, through /dev/mem instead of u-dma-buf. */
  readonly memoryAddress?: number;
  /** Size of that region; simulators: of the simulated memory. */
  readonly memoryBytes?: number;
  /** `fpga`: name of the bitstream below /lib/firmware that `reload` loads; default "zynqnetd.bit.bin". */
  readonly bitstream?: string;
  /** For one frame, after which it is aborted and the accelerator reset; default 2000. */
  readonly timeoutMs?: number;
}

/** What has happened since the accelerator was opened, and the last frame's cycles; may be asked while frames run. */
export interface AcceleratorCounters {
  readonly preset: string;
  readonly clockMHz: number;
  readonly cycles: number;
  readonly runs: number;
  readonly failures: number;
  readonly timeouts: number;
  readonly resets: number;
  /** times that the FPGA was configured again */
  readonly reloads: number;
  /** the work was done but no interrupt came: the driver polls since then */
  readonly lostInterrupts: number;
}

/** What the last frame cost. */
export interface AcceleratorReport extends AcceleratorCounters {
  /** int8 multiply-accumulates per cycle */
  readonly multipliers: number;
  /** channel padding included */
  readonly macs: number;
  /** cycles in which the array was fed */
  readonly arrayCycles: number;
  readonly stallReadCycles: number;
  readonly stallWriteCycles: number;
  readonly stallWeightsCycles: number;
  readonly ddrReadBytes: number;
  readonly ddrWriteBytes: number;
  /** simulators: cycles by index of the model's operator */
  readonly operatorCycles: readonly { readonly op: number; readonly cycles: number }[];
}
