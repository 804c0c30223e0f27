/** What must be true before anybody touches an address of the programmable logic. All of it is read from /sys and /proc. */

import { gunzipSync } from 'node:zlib';
import { videoDevice } from '../../camera/kinds/table.js';
import { messageOf } from '../../util/error.js';
import { acceleratorOptions, broken, bufferName, loadCommand, notSetUp, uioName } from '../accelerator-findings.js';
import type { Check, Context } from '../check.js';
import { type Finding, failed, ok, skipped, uncertain, warning } from '../finding.js';
import { kernelOptions, missingOptions, parseKernelConfig } from '../kernel-options.js';
import { ownersOf, ownersText, stopCommand } from '../owners.js';
import { uioDevice } from '../uio.js';

export const boardChecks: readonly Check[] = [
  { id: 'board', group: 'accelerator', title: 'Board', limitMs: 2000, run: board },
  { id: 'kernel', group: 'accelerator', title: 'Kernel options', needs: ['board'], limitMs: 3000, run: kernel },
  { id: 'fpga', group: 'accelerator', title: 'FPGA manager', needs: ['board'], limitMs: 2000, run: fpga },
  { id: 'clock', group: 'accelerator', title: 'Fabric clock', needs: ['board'], limitMs: 10_000, run: clock },
  { id: 'free', group: 'accelerator', title: 'Not in use', needs: ['board'], limitMs: 5000, run: free },
];

async function board(context: Context): Promise<Finding> {
  const { files, machine } = context;
  const compatible = (await files.text('/proc/device-tree/compatible'))?.split(' ') ?? [];
  const name = (await files.text('/proc/device-tree/model')) ?? 'unnamed board';
  if (compatible.includes('xlnx,zynq-7000')) return ok(`${name}, Linux ${machine.kernel}`);
  const here = `no Zynq-7000 here (${machine.platform}-${machine.arch})`;
  if (context.config.engine.backend === 'fpga') return failed(here, 'set engine.backend to auto');
  return skipped(here);
}

async function kernel(context: Context): Promise<Finding> {
  const { files, machine } = context;
  const packed = await files.bytes('/proc/config.gz');
  const plain = packed === undefined ? await files.text(`/boot/config-${machine.kernel}`) : unpack(packed);
  if (plain === undefined) {
    return warning('the kernel does not tell its options', 'build it with CONFIG_IKCONFIG_PROC=y (docs/kernel.md)');
  }
  const set = parseKernelConfig(plain);
  const lacks = (need: 'required' | 'camera' | 'advised') => missingOptions(set, need).map(({ name }) => name);
  const [required, camera, advised] = [lacks('required'), lacks('camera'), lacks('advised')];
  const remedy = (names: readonly string[]) => `set ${names.join('=y ')}=y in the kernel (docs/kernel.md)`;
  // Its drivers are what later checks look for; they say what really is missing. Nothing here forbids them.
  if (required.length > 0) {
    const finding = broken(context, `without ${required.join(', ')}`, remedy(required));
    return { ...finding, holds: true };
  }
  if (camera.length > 0 && videoDevice(context.config.camera) !== undefined) {
    return warning(`without ${camera.join(', ')}: USB cameras will not work`, remedy(camera));
  }
  if (advised.length > 0) return warning(`without ${advised.join(', ')}`, remedy(advised));
  return ok(`all ${kernelOptions.length} of docs/kernel.md are set`);
}

function unpack(packed: Buffer): string | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: 8 << 20 }).toString('latin1');
  } catch {
    return undefined;
  }
}

async function fpga(context: Context): Promise<Finding> {
  const state = await context.files.text('/sys/class/fpga_manager/fpga0/state');
  if (state === undefined) {
    const remedy = 'set CONFIG_FPGA_MGR_ZYNQ_FPGA=y in the kernel (docs/kernel.md)';
    return notSetUp(context, 'no FPGA manager: nobody knows whether the FPGA is configured', remedy);
  }
  if (state === 'operating') return ok('operating');
  return notSetUp(context, `the FPGA is not configured ('${state}')`, await loadCommand(context));
}

/** A stopped clock hangs the bus at the first access, like an FPGA without a bitstream. */
async function clock(context: Context, signal: AbortSignal): Promise<Finding> {
  const { files, facts } = context;
  const remedy = 'keep FCLK0 on: include firmware/dts/zynqnetd.dtsi in the device tree (fclk-enable = <1>)';
  let why: string;
  try {
    const system = await context.probe.processingSystem(signal);
    facts.processingSystem = system;
    const rate = system.clockMHz === null ? 'FCLK0' : `FCLK0 at ${Math.round(system.clockMHz * 100) / 100} MHz`;
    if (!system.clockRuns) return broken(context, `${rate} is stopped`, remedy);
    if (!system.levelShifters) {
      return broken(context, 'the level shifters between processor and FPGA are off', await loadCommand(context));
    }
    if (system.inReset) return broken(context, 'the FPGA is held in reset (FPGA0_OUT_RST)', 'reboot');
    return ok(`${rate}, level shifters on, not in reset`);
  } catch (error) {
    why = messageOf(error);
  }
  const rate = await files.number('/sys/kernel/debug/clk/fclk0/clk_rate');
  const uses = await files.number('/sys/kernel/debug/clk/fclk0/clk_enable_count');
  if (rate !== undefined && uses !== undefined) {
    const text = `FCLK0 at ${rate / 1e6} MHz`;
    return uses > 0 ? ok(`${text}, in use by the kernel`) : broken(context, `${text} is stopped`, remedy);
  }
  if (await keptOn(context)) return ok('FCLK0 kept on by the device tree (its rate is for root to read)');
  return uncertain(`whether FCLK0 runs cannot be told: ${why}`, 'sudo zynqnetd doctor');
}

/** `fclk-enable` of the clock controller, bit 0: the kernel switches FCLK0 on at boot and leaves it on. */
async function keptOn(context: Context): Promise<boolean> {
  for (const folder of ['/proc/device-tree/axi', '/proc/device-tree/amba']) {
    for (const slcr of (await context.files.names(folder)).filter((name) => name.startsWith('slcr@'))) {
      for (const name of (await context.files.names(`${folder}/${slcr}`)).filter((entry) =>
        entry.startsWith('clkc@'),
      )) {
        const value = await context.files.bytes(`${folder}/${slcr}/${name}/fclk-enable`);
        if (value?.length === 4 && (value.readUInt32BE() & 1) === 1) return true;
      }
    }
  }
  return false;
}

/** A running daemon is not disturbed: the tests that write to the accelerator would spoil its frame. */
async function free(context: Context): Promise<Finding> {
  const options = acceleratorOptions(context);
  const device = await uioDevice(context, options.uio ?? uioName);
  const paths = [...(device === undefined ? [] : [`/dev/${device.id}`]), `/dev/${options.udmabuf ?? bufferName}`];
  const owners = await ownersOf(context, paths);
  if (owners.length === 0) return ok('no other process has it open');
  const stop = await stopCommand(context);
  return { ...skipped(`in use by ${ownersText(owners)}, which is not disturbed`), remedy: `${stop}; zynqnetd doctor` };
}
