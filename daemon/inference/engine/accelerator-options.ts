import type { NativeAcceleratorOptions } from '../../native/accelerator-types.js';

/** The configuration's group `engine.accelerator`. */
export interface AcceleratorSettings {
  readonly uio: string;
  readonly udmabuf: string;
  readonly registerAddress: number | null;
  readonly memoryAddress: number | null;
  readonly memoryBytes: number;
  readonly bitstream: string;
  readonly timeoutMs: number;
}

/** The configuration's keys as the driver takes them: null is "by name", as the device tree of firmware/dts has it. */
export function acceleratorOptions(settings: AcceleratorSettings): NativeAcceleratorOptions {
  const { registerAddress, memoryAddress, memoryBytes, ...names } = settings;
  return {
    ...names,
    ...(registerAddress === null ? {} : { registerAddress }),
    ...(memoryAddress === null ? {} : { memoryAddress, memoryBytes }),
  };
}
