import { readdirSync } from 'node:fs';

/** Memory, processor time and open files of this process; CPU since the previous call. */
export class ProcessUsage {
  #cpu = process.cpuUsage();
  #atMs = performance.now();

  sample(): { rssMiB: number; cpuPercent: number; openFiles: number | null } {
    const nowMs = performance.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    const cpuPercent = (user + system) / 10 / Math.max(1, nowMs - this.#atMs);
    this.#cpu = process.cpuUsage();
    this.#atMs = nowMs;
    return {
      rssMiB: Math.round(process.memoryUsage.rss() / 104_857.6) / 10,
      cpuPercent: Math.round(cpuPercent * 10) / 10,
      openFiles: openFiles(),
    };
  }
}

/** Null where there is no /proc. */
export function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length - 1; // less the folder itself
  } catch {
    return null;
  }
}
