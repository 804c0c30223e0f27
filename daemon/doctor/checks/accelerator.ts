/** The accelerator itself. These touch its addresses, so each names what must hold before. */

import { ACCELERATOR_ID } from '../../native/accelerator-constants.js';
import { codeOf, messageOf } from '../../util/error.js';
import {
  acceleratorChoice,
  backendKind,
  broken,
  hex,
  loadCommand,
  mebibytes,
  uioName,
} from '../accelerator-findings.js';
import type { Check, Context } from '../check.js';
import { type Finding, ok, skipped, warning } from '../finding.js';
import { stopCommand } from '../owners.js';
import { interruptCount } from '../uio.js';

/** The interface version that this driver speaks: docs/register-map.md, register `version`. */
const driverVersion = { major: 1, minor: 0 };

const hung = 'power the board off and on; then check bitstream and clock before the next try';

export const acceleratorChecks: readonly Check[] = [
  {
    id: 'bitstream',
    group: 'accelerator',
    title: 'Bitstream',
    needs: ['fpga', 'clock', 'uio'],
    limitMs: 10_000,
    hungRemedy: hung,
    run: bitstream,
  },
  { id: 'ports', group: 'accelerator', title: 'HP port width', needs: ['board'], limitMs: 10_000, run: ports },
  {
    id: 'copy',
    group: 'accelerator',
    title: 'DMA copy',
    needs: ['bitstream', 'memory', 'free'],
    limitMs: 20_000,
    hungRemedy: hung,
    run: copy,
  },
  {
    id: 'answer',
    group: 'accelerator',
    title: 'Known answer',
    needs: ['copy', 'model'],
    limitMs: 60_000,
    hungRemedy: hung,
    run: answer,
  },
];

/** The one check of a simulated accelerator: there is nothing else to look at. */
export const simulatedChecks: readonly Check[] = acceleratorChecks
  .filter(({ id }) => id === 'answer')
  .map((check) => ({ ...check, needs: ['model'], limitMs: 120_000 }));

async function bitstream(context: Context, signal: AbortSignal): Promise<Finding> {
  const build = await context.probe.build(signal, acceleratorChoice(context));
  context.facts.build = build;
  const reload = await loadCommand(context);
  if (build.id !== ACCELERATOR_ID) {
    const found = `${hex(build.id)} answers where the accelerator's id is ${hex(ACCELERATOR_ID)}`;
    return broken(context, `${found}: another bitstream is loaded`, reload);
  }
  const version = `version ${build.major}.${build.minor}`;
  if (build.major !== driverVersion.major) {
    const found = `${version}, but this driver speaks ${driverVersion.major}.x`;
    return broken(context, found, 'build bitstream and daemon from one commit: docs/boards/');
  }
  const what = `${build.preset}, ${version}, ${build.multipliers} multipliers, built for ${build.clockMHz} MHz`;
  const clockMHz = context.facts.processingSystem?.clockMHz ?? null;
  if (clockMHz !== null && clockMHz > build.clockMHz * 1.005) {
    const remedy = 'use the FSBL of the same Vivado project: BOOT.BIN from its .xsa (docs/boards/)';
    return broken(context, `${what}, but FCLK0 runs at ${clockMHz} MHz: too fast to be right`, remedy);
  }
  if (clockMHz !== null && clockMHz < build.clockMHz * 0.99) {
    const remedy = 'use the FSBL of the same Vivado project: BOOT.BIN from its .xsa (docs/boards/)';
    return warning(`${what}, but FCLK0 runs at ${clockMHz} MHz: slower than it could be`, remedy);
  }
  return ok(what);
}

/** A 32-bit HP port under a 64-bit master returns garbage without any error. The FSBL sets it, not the bitstream. */
async function ports(context: Context, signal: AbortSignal): Promise<Finding> {
  let system = context.facts.processingSystem;
  try {
    system ??= await context.probe.processingSystem(signal);
  } catch (error) {
    return skipped(`the AFI registers cannot be read: ${messageOf(error)}`);
  }
  const used = system.ports.slice(0, context.facts.build?.ports ?? system.ports.length);
  const narrow = used.filter(({ readBits, writeBits }) => readBits !== 64 || writeBits !== 64);
  if (narrow.length > 0) {
    const names = narrow.map(({ port, readBits, writeBits }) => `HP${port} (${readBits} read, ${writeBits} write)`);
    const remedy = 'boot with BOOT.BIN made from the .xsa of firmware/vivado: its FSBL sets 64 bits (docs/boards/)';
    return broken(context, `not 64 bits wide: ${names.join(', ')}: results would be garbage`, remedy);
  }
  return ok(`${used.map(({ port }) => `HP${port}`).join(', ')}: 64 bits`);
}

async function copy(context: Context, signal: AbortSignal): Promise<Finding> {
  try {
    const { bytes } = await context.probe.copy(signal, acceleratorChoice(context));
    return ok(`${mebibytes(bytes)} written, synchronised, copied by the accelerator and read back`);
  } catch (error) {
    if (codeOf(error) === 'ACCELERATOR_BUSY') {
      return { ...skipped(messageOf(error)), remedy: `${await stopCommand(context)}; zynqnetd doctor` };
    }
    const narrow = 'zynqnetd doctor --only ports,memory';
    return broken(context, messageOf(error), codeOf(error) === 'ACCELERATOR_SELFTEST' ? narrow : hung);
  }
}

async function answer(context: Context, signal: AbortSignal): Promise<Finding> {
  const choice = acceleratorChoice(context);
  const before = await interruptCount(context, choice.options.uio ?? uioName);
  const facts = await context.probe.answer(signal, choice, context.config.model.file);
  const after = await interruptCount(context, choice.options.uio ?? uioName);
  const timeMs = facts.clockMHz > 0 ? facts.cycles / facts.clockMHz / 1000 : 0;
  const speed = timeMs > 0 ? `, ${Math.round(timeMs * 10) / 10} ms` : '';
  if (!facts.equal) {
    const found = `${facts.differing} of ${facts.outputs} outputs of ${facts.model} differ from ${facts.reference}'s`;
    return broken(context, found, 'zynqnetd doctor --only copy,ports; then build the bitstream of this commit');
  }
  const what = `${facts.model} on ${facts.backend}: all ${facts.outputs} outputs equal ${facts.reference}'s${speed}`;
  if (backendKind(context) !== 'simulated' && before !== undefined && after !== undefined && after === before) {
    const remedy = 'connect irq_o to IRQ_F2P[0] (firmware/vivado), interrupts = <0 29 4> in the device tree';
    return warning(`${what}, but no interrupt arrived: the driver polls`, remedy);
  }
  if (facts.lostInterrupts > 0)
    return warning(`${what}, but ${facts.lostInterrupts} interrupts were lost`, 'dmesg | grep -i irq');
  return ok(what);
}
