import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../config/schema.js';
import type { NativeAcceleratorOptions } from '../../native/accelerator-types.js';

/** The UIO device of firmware/dts, by the name of its device tree node. */
const uioName = 'zynqnetd';

/** The configuration's keys as the driver takes them: null is "by name", as the device tree of firmware/dts has it. */
export function acceleratorOptions(settings: Config['engine']['accelerator']): NativeAcceleratorOptions {
  const { registerAddress, memoryAddress, memoryBytes, ...names } = settings;
  return {
    ...names,
    ...(registerAddress === null ? {} : { registerAddress }),
    ...(memoryAddress === null ? {} : { memoryAddress, memoryBytes }),
  };
}

/**
 * Whether this is a board whose FPGA is configured and that has the accelerator: its UIO device by name, or registers at a
 * configured address. Looks at sysfs only: touching an FPGA that is not configured would hang the board. What it holds the
 * driver finds out.
 */
export async function boardHasAccelerator(
  { uio = uioName, registerAddress }: Pick<NativeAcceleratorOptions, 'uio' | 'registerAddress'> = {},
  root = '/',
): Promise<boolean> {
  if ((await attribute(path.join(root, 'sys/class/fpga_manager/fpga0/state'))) !== 'operating') return false;
  if (registerAddress !== undefined) return true;
  const folder = path.join(root, 'sys/class/uio');
  const devices = await readdir(folder).catch(() => []);
  const names = await Promise.all(devices.map((device) => attribute(path.join(folder, device, 'name'))));
  return names.includes(uio);
}

async function attribute(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined; // not there: that is an answer too
  }
}
