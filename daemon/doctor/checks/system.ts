/** What the machine around the daemon must give it: the time, and a place for what must not be forgotten. */

import { dirname } from 'node:path';
import { clockSigns } from '../../monitoring/clock.js';
import { codeOf, messageOf } from '../../util/error.js';
import type { Check, Context } from '../check.js';
import { type Finding, failed, ok, uncertain, warning } from '../finding.js';
import { type Mount, mountOf } from '../mounts.js';

const forgetful = ['tmpfs', 'ramfs', 'rootfs', 'initramfs', 'devtmpfs'];
const minFreeBytes = 8 << 20;
/** No board's clock was right before this program was written. */
const writtenMs = Date.UTC(2025, 0, 1);

export const systemChecks: readonly Check[] = [
  { id: 'time', group: 'system', title: 'Clock synchronised', limitMs: 8000, run: time },
  { id: 'storage', group: 'system', title: 'Storage', limitMs: 10_000, run: storage },
];

async function time(context: Context, signal: AbortSignal): Promise<Finding> {
  const { files, machine } = context;
  const now = new Date().toISOString().slice(0, 19);
  for (const sign of clockSigns) if (await files.exists(sign)) return ok(`${now} UTC (${sign})`);
  const systemd = await files.exists('/run/systemd/system');
  const script = '/etc/init.d/zynqnetd-clock';
  const remedy = (await files.exists(script)) ? `${script} restart` : 'systemctl enable --now systemd-timesyncd';
  if (Date.now() < writtenMs) return warning(`it is ${now} here: the clock was never set`, remedy);
  const asked = systemd
    ? await machine.run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], signal)
    : undefined;
  if (asked?.output.trim() === 'yes') {
    const touch = `mkdir -p ${dirname(clockSigns.at(-1) ?? '')}; touch ${clockSigns.at(-1)}`;
    return warning(`${now} UTC, synchronised by something that the daemon does not know`, touch);
  }
  return warning(`${now} UTC, but nothing has set the clock since boot: results say so too`, remedy);
}

async function storage(context: Context): Promise<Finding> {
  const { files, config } = context;
  const folder = config.device.stateFolder;
  if (folder === null) {
    const found = 'device.stateFolder is not set: changes made by message last until the daemon ends';
    const board = (await files.text('/proc/device-tree/compatible'))?.includes('xlnx,zynq-7000') === true;
    return board ? warning(found, 'set device.stateFolder to /var/lib/zynqnetd') : ok(found);
  }
  const place = await nearest(context, folder);
  const mount = mountOf((await files.text('/proc/mounts')) ?? '', place);
  const where = `${folder} (${mount?.type ?? 'unknown file system'})`;
  try {
    await files.tryWriting(place);
  } catch (error) {
    return failed(`${where} cannot be written: ${messageOf(error)}`, writeRemedy(error, mount, folder));
  }
  if (mount !== undefined && forgetful.includes(mount.type)) {
    return uncertain(
      `${where} is in memory: configuration is lost at reboot`,
      'use an EXT4 root file system: docs/boards/',
    );
  }
  const freeBytes = await files.freeBytes(place);
  const free = `${Math.floor(freeBytes / (1 << 20))} MiB free`;
  if (freeBytes < minFreeBytes) return warning(`${where}: only ${free}`, `df -h ${folder}`);
  const owner = await wrongOwner(context, folder);
  if (owner !== undefined)
    return warning(`${where} belongs to user ${owner}, not to zynqnetd`, `chown -R zynqnetd ${folder}`);
  return ok(`${where}, writable, ${free}`);
}

function writeRemedy(error: unknown, mount: Mount | undefined, folder: string): string {
  const code = codeOf(error);
  if (code === 'EROFS' || mount?.readOnly) return `mount -o remount,rw ${mount?.point ?? '/'}`;
  if (code === 'ENOSPC' || code === 'EDQUOT') return `df -h ${folder}`;
  return 'sudo zynqnetd doctor';
}

/** The folder, or the nearest one above it that exists: the daemon makes the rest. */
async function nearest({ files }: Context, folder: string): Promise<string> {
  let place = folder;
  while (place !== '/' && place !== '.' && !(await files.exists(place))) place = dirname(place);
  return place;
}

/** The daemon runs as its own user where there is one; a folder that root made is then read-only to it. */
async function wrongOwner({ files, machine }: Context, folder: string): Promise<number | undefined> {
  const users = (await files.text('/etc/passwd')) ?? '';
  const id = /^zynqnetd:[^:]*:(\d+):/m.exec(users)?.[1];
  const owner = await files.owner(folder);
  return machine.root && id !== undefined && owner !== undefined && owner !== Number(id) ? owner : undefined;
}
