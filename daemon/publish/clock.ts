import { existsSync } from 'node:fs';

const signs = ['/run/systemd/timesync/synchronized', '/run/zynqnetd/clock-synchronized'];

/**
 * Whether this machine's clock has been set from somewhere trustworthy since boot. systemd-timesyncd leaves the first
 * file; on boards without it, the start script of deploy/ leaves the second one once ntpd or chrony reports success.
 */
export function clockSynchronized(files: readonly string[] = signs): boolean {
  return files.some((file) => existsSync(file));
}
