import type { Context } from './check.js';

export interface UioDevice {
  /** uio0 and so on: never the same number on every board. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly address: number;
}

/** The devices that the kernel has, by their names. */
export async function uioDevices({ files }: Context): Promise<UioDevice[]> {
  const devices: UioDevice[] = [];
  for (const id of await files.names('/sys/class/uio')) {
    const folder = `/sys/class/uio/${id}`;
    const name = (await files.text(`${folder}/name`)) ?? '';
    const bytes = (await files.number(`${folder}/maps/map0/size`)) ?? 0;
    const address = (await files.number(`${folder}/maps/map0/addr`)) ?? 0;
    devices.push({ id, name, bytes, address });
  }
  return devices;
}

export async function uioDevice(context: Context, name: string): Promise<UioDevice | undefined> {
  return (await uioDevices(context)).find((device) => device.name === name);
}

/** What /proc/interrupts counts for a device of this name, all processors together; undefined where it has no line. */
export async function interruptCount({ files }: Context, name: string): Promise<number | undefined> {
  const text = (await files.text('/proc/interrupts')) ?? '';
  const processors = text.split('\n', 1)[0]?.match(/CPU\d+/g)?.length ?? 1;
  for (const line of text.split('\n').slice(1)) {
    const words = line.trim().split(/\s+/);
    if (words.at(-1) !== name) continue;
    return words.slice(1, 1 + processors).reduce((sum, word) => sum + (Number(word) || 0), 0);
  }
  return undefined;
}
