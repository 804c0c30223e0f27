/**
 * The kernel options that zynqnetd needs: what the doctor looks for. deploy/meta-zynqnetd sets the same ones and
 * docs/kernel.md explains them; a test compares the three.
 */
export interface KernelOption {
  readonly name: string;
  /** `required`: the accelerator does not work without it; `camera`: USB cameras do not; `advised`: the doctor sees less. */
  readonly need: 'required' | 'camera' | 'advised';
  readonly why: string;
}

export const kernelOptions: readonly KernelOption[] = [
  { name: 'CONFIG_NEON', need: 'required', why: 'the CPU engine and preprocessing use NEON' },
  { name: 'CONFIG_DEVTMPFS', need: 'required', why: 'device files appear by themselves' },
  { name: 'CONFIG_UIO', need: 'required', why: 'registers and interrupt of the accelerator' },
  { name: 'CONFIG_UIO_PDRV_GENIRQ', need: 'required', why: 'binds the generic-uio node of the device tree' },
  { name: 'CONFIG_CMA', need: 'required', why: 'the reserved, reusable DMA memory' },
  { name: 'CONFIG_DMA_CMA', need: 'required', why: 'gives that memory to u-dma-buf' },
  { name: 'CONFIG_MODULES', need: 'required', why: 'u-dma-buf is a module of its own' },
  { name: 'CONFIG_FPGA', need: 'required', why: 'FPGA manager framework' },
  {
    name: 'CONFIG_FPGA_MGR_ZYNQ_FPGA',
    need: 'required',
    why: 'loads the bitstream, and tells whether the FPGA is configured',
  },
  { name: 'CONFIG_MEDIA_SUPPORT', need: 'camera', why: 'cameras' },
  { name: 'CONFIG_MEDIA_USB_SUPPORT', need: 'camera', why: 'cameras on USB' },
  { name: 'CONFIG_VIDEO_DEV', need: 'camera', why: 'video devices (V4L2)' },
  { name: 'CONFIG_USB_VIDEO_CLASS', need: 'camera', why: 'USB cameras (UVC)' },
  { name: 'CONFIG_DEVMEM', need: 'advised', why: 'the doctor reads clock and port widths through /dev/mem' },
  { name: 'CONFIG_IKCONFIG_PROC', need: 'advised', why: '/proc/config.gz, from which this list is checked' },
];

/** What a kernel's configuration says: y or m for what is set, nothing for what is not. */
export function parseKernelConfig(text: string): Map<string, string> {
  const set = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)) set.set(name ?? '', value ?? '');
  return set;
}

/** The options of one need that are neither built in nor modules. */
export function missingOptions(set: ReadonlyMap<string, string>, need: KernelOption['need']): KernelOption[] {
  return kernelOptions.filter((option) => option.need === need && !['y', 'm'].includes(set.get(option.name) ?? 'n'));
}
