import { statfsSync } from 'node:fs';
import { freemem, loadavg, uptime } from 'node:os';
import { readTemperatures } from './temperatures.js';

export interface MachineOptions {
  /** On the disk that counts: where changes are kept. */
  readonly folder: string;
  /** Holds /sys; for tests. */
  readonly root?: string;
}

/** What is worth knowing of the machine around the daemon. Sizes in MiB. */
export function readMachine({ folder, root = '/' }: MachineOptions) {
  return {
    uptimeSeconds: Math.round(uptime()),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    memoryAvailableMiB: mebi(freemem()),
    disk: readDisk(folder),
    temperaturesC: readTemperatures(root),
  };
}

/** Null where the folder cannot be asked. `freeMiB` is what an ordinary user may still write. */
function readDisk(folder: string): { freeMiB: number; sizeMiB: number } | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { freeMiB: mebi(bavail * bsize), sizeMiB: mebi(blocks * bsize) };
  } catch {
    return null;
  }
}

function mebi(bytes: number): number {
  return Math.round(bytes / 104_857.6) / 10;
}
