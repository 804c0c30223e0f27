/** The accelerator's device files as the kernel made them from the device tree: registers, interrupt, DMA memory. */
import {
  acceleratorOptions,
  broken,
  bufferName,
  findNode,
  hex,
  mebibytes,
  notSetUp,
  uioName,
} from '../accelerator-findings.js';
import type { Check, Context } from '../check.js';
import { type Finding, failed, ok, warning } from '../finding.js';
import { interruptCount, uioDevices } from '../uio.js';

/** Bytes of the register window, and what the boards' device trees give for memory. */
const windowBytes = 4096;
const usualBytes = 32 << 20;
const pageBytes = 4096;

export const deviceChecks: readonly Check[] = [
  { id: 'uio', group: 'accelerator', title: 'Registers (UIO)', needs: ['board'], limitMs: 3000, run: uio },
  { id: 'memory', group: 'accelerator', title: 'DMA memory', needs: ['board'], limitMs: 3000, run: memory },
];

const treeRemedy = 'add firmware/dts/zynqnetd.dtsi to the device tree (docs/boards/)';

async function uio(context: Context): Promise<Finding> {
  const options = acceleratorOptions(context);
  if (options.registerAddress !== undefined) return throughDevMem(context, 'registers', options.registerAddress);
  const name = options.uio ?? uioName;
  const devices = await uioDevices(context);
  const device = devices.find((one) => one.name === name);
  if (device === undefined)
    return notSetUp(
      context,
      await whyNoUio(
        context,
        name,
        devices.map((one) => one.name),
      ),
      await uioRemedy(context, name),
    );
  const where = `${device.id} '${name}', ${mebibytes(device.bytes)} at ${hex(device.address)}`;
  if (device.bytes < windowBytes) {
    return broken(
      context,
      `${where}, but the registers need ${windowBytes} bytes`,
      `correct 'reg' of the node ${name}`,
    );
  }
  if (!(await context.files.accessible(`/dev/${device.id}`))) {
    return broken(context, `${where}, but this user may not open /dev/${device.id}`, 'sudo zynqnetd doctor');
  }
  const count = await interruptCount(context, name);
  if (count === undefined) {
    return warning(`${where}; without an interrupt: the driver polls`, `give the node ${name} interrupts = <0 29 4>`);
  }
  return ok(`${where}, ${count} interrupts so far`);
}

async function whyNoUio(context: Context, name: string, others: readonly string[]): Promise<string> {
  const there = others.length === 0 ? 'there is none' : `there are ${others.map((one) => `'${one}'`).join(', ')}`;
  const node = await findNode(context, name);
  if (node === undefined) return `no UIO device is named '${name}' (${there}): the device tree has no such node`;
  return `no UIO device is named '${name}' (${there}), though the device tree has its node`;
}

async function uioRemedy(context: Context, name: string): Promise<string> {
  if ((await findNode(context, name)) === undefined) return treeRemedy;
  const parameter = await context.files.text('/sys/module/uio_pdrv_genirq/parameters/of_id');
  const line = (await context.files.text('/proc/cmdline')) ?? '';
  if (parameter !== 'generic-uio' && !line.includes('uio_pdrv_genirq.of_id=generic-uio')) {
    return 'add uio_pdrv_genirq.of_id=generic-uio to the kernel command line (bootargs)';
  }
  return 'dmesg | grep -i uio';
}

async function memory(context: Context): Promise<Finding> {
  const options = acceleratorOptions(context);
  if (options.memoryAddress !== undefined) {
    return throughDevMem(context, mebibytes(options.memoryBytes ?? 0), options.memoryAddress);
  }
  const { files } = context;
  const name = options.udmabuf ?? bufferName;
  const folder = await firstThat(context, [`/sys/class/u-dma-buf/${name}`, `/sys/class/udmabuf/${name}`]);
  if (folder === undefined) return (await uioMemory(context)) ?? noBuffer(context, name);
  const [address, bytes] = [await files.number(`${folder}/phys_addr`), await files.number(`${folder}/size`)];
  if (address === undefined || bytes === undefined) {
    return broken(context, `${folder} does not tell its address and size`, 'modinfo u-dma-buf (version 3 or newer)');
  }
  const where = `${mebibytes(bytes)} at ${hex(address)} (${name})`;
  if (address % pageBytes !== 0) return broken(context, `${where}: not at the start of a page`, treeRemedy);
  if (address + bytes > 0x4000_0000)
    return broken(context, `${where}: beyond the memory that the ports reach`, treeRemedy);
  if ((await files.number(`${folder}/dma_coherent`)) === 1) {
    const remedy = `remove dma-coherent from the node ${name}: the HP ports are not coherent`;
    return broken(context, `${where} is marked coherent: the caches would not be synchronised`, remedy);
  }
  if (!(await files.accessible(`/dev/${name}`))) {
    return broken(context, `${where}, but this user may not open /dev/${name}`, 'sudo zynqnetd doctor');
  }
  if (bytes < usualBytes) {
    return warning(`${where}: large models may not fit`, `give the node ${name} size = <${hex(usualBytes)}>`);
  }
  return ok(where);
}

/** Where there is no u-dma-buf, the driver takes the second map of the UIO device (firmware/dts/zynqnetd-uio-memory.dtsi). */
async function uioMemory(context: Context): Promise<Finding | undefined> {
  const options = acceleratorOptions(context);
  const device = (await uioDevices(context)).find(({ name }) => name === (options.uio ?? uioName));
  const folder = `/sys/class/uio/${device?.id}/maps/map1`;
  if (device === undefined || !(await context.files.exists(folder))) return undefined;
  const [address, bytes] = [await context.files.number(`${folder}/addr`), await context.files.number(`${folder}/size`)];
  if (address === undefined || bytes === undefined) return undefined;
  const where = `${mebibytes(bytes)} at ${hex(address)} (second map of ${device.id}, uncached)`;
  if (!(await context.files.accessible(`/dev/${device.id}`))) {
    return broken(context, `${where}, but this user may not open /dev/${device.id}`, 'sudo zynqnetd doctor');
  }
  return ok(where);
}

async function noBuffer(context: Context, name: string): Promise<Finding> {
  const node = await findNode(context, name);
  if (node === undefined)
    return notSetUp(context, `no u-dma-buf is named '${name}': the device tree has no such node`, treeRemedy);
  const cells = await context.files.bytes('/proc/device-tree/#address-cells');
  if (cells?.length === 4 && cells.readUInt32BE() !== 1) {
    return broken(context, 'the device tree has 64-bit addresses, which u-dma-buf refuses here', treeRemedy);
  }
  if (await context.files.exists('/sys/module/u_dma_buf')) {
    return broken(context, `the module u-dma-buf is loaded but made no '${name}'`, 'dmesg | grep -i dma-buf');
  }
  return broken(context, `the module u-dma-buf is not loaded`, 'modprobe u-dma-buf');
}

/** Addresses that the configuration gives itself, reached through /dev/mem. */
async function throughDevMem(context: Context, what: string, address: number): Promise<Finding> {
  const where = `${what} at ${hex(address)} through /dev/mem`;
  if (address % pageBytes !== 0)
    return failed(`${where}: not at the start of a page`, 'correct the address in the configuration');
  if (await context.files.accessible('/dev/mem')) return ok(where);
  const remedy = (await context.files.exists('/dev/mem'))
    ? 'sudo zynqnetd doctor'
    : 'set CONFIG_DEVMEM=y in the kernel';
  return broken(context, `${where}, which this user may not open`, remedy);
}

async function firstThat(context: Context, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await context.files.exists(folder)) return folder;
  return undefined;
}
