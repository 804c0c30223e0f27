import { isSimulated } from '../inference/engine/backend-name.js';
import { acceleratorOptions as optionsOf } from '../inference/engine/board-accelerator.js';
import type { NativeAcceleratorOptions } from '../native/accelerator-types.js';
import type { Context } from './check.js';
import { type Finding, failed, warning } from './finding.js';
import type { AcceleratorChoice } from './probe/call-types.js';

/** What `fpga` looks for where the configuration says nothing else; the names of firmware/dts/zynqnetd.dtsi. */
export const uioName = 'zynqnetd';
export const bufferName = 'udmabuf-zynqnetd';
const firmwareName = 'zynqnetd.bit.bin';

/** Whether the configured backend is a board's, a simulated one, or a CPU's. */
export function backendKind({ config }: Pick<Context, 'config'>): 'board' | 'simulated' | 'cpu' {
  const { backend } = config.engine;
  if (backend === 'fpga' || backend === 'auto') return 'board';
  return isSimulated(backend) ? 'simulated' : 'cpu';
}

/** The accelerator that the accelerator checks open. */
export function acceleratorChoice(context: Pick<Context, 'config'>): AcceleratorChoice {
  const simulated = backendKind(context) === 'simulated';
  return { backend: simulated ? context.config.engine.backend : 'fpga', options: acceleratorOptions(context) };
}

/** The configuration's accelerator keys, as the driver takes them. */
export function acceleratorOptions({ config }: Pick<Context, 'config'>): NativeAcceleratorOptions {
  return optionsOf(config.engine.accelerator);
}

/** A failure of the accelerator; only a warning where the configuration runs the CPU engine anyway. */
export function broken(context: Context, found: string, remedy: string): Finding {
  if (backendKind(context) === 'board') return failed(found, remedy);
  return { ...warning(found, remedy), holds: false };
}

/** The accelerator is not set up: no fault with `auto`, which then runs the CPU engine. */
export function notSetUp(context: Context, found: string, remedy: string): Finding {
  if (context.config.engine.backend === 'fpga') return failed(found, remedy);
  return { ...warning(`${found}: the CPU engine runs instead`, remedy), holds: false };
}

/** How to load the bitstream: the kernels of AMD have a file for it, mainline ones do not. */
export async function loadCommand({ files }: Context): Promise<string> {
  const manager = '/sys/class/fpga_manager/fpga0';
  if (!(await files.exists(`/lib/firmware/${firmwareName}`))) {
    return 'deploy/install.sh root@BOARD --bitstream FILE.bit.bin';
  }
  if (await files.exists(`${manager}/firmware`)) {
    return `echo 0 > ${manager}/flags; echo ${firmwareName} > ${manager}/firmware`;
  }
  return 'put the .bit into BOOT.BIN: this kernel cannot load a bitstream (docs/boards/)';
}

/** The device-tree node with this name (`name` or `name@address`) anywhere below `folder`, down to three levels. */
export async function findNode(
  context: Context,
  name: string,
  folder = '/proc/device-tree',
  depth = 3,
): Promise<string | undefined> {
  const names = await context.files.names(folder);
  const here = names.find((entry) => entry === name || entry.startsWith(`${name}@`));
  if (here !== undefined) return `${folder}/${here}`;
  if (depth <= 1) return undefined;
  for (const bus of names.filter((entry) => /^(amba|axi|fpga|reserved-memory|soc)/.test(entry))) {
    const found = await findNode(context, name, `${folder}/${bus}`, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `0x43c00000`, as the device tree writes it. */
export function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

export function mebibytes(bytes: number): string {
  return bytes >= 1 << 20 ? `${Math.round((bytes / (1 << 20)) * 10) / 10} MiB` : `${Math.round(bytes / 1024)} KiB`;
}
