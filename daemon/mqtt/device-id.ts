import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

const machineIdFiles = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/**
 * A name for this machine that stays the same: 10 hex digits of a hash, since machine-id(5) asks not to publish the
 * id itself. Without a machine id the host's name is hashed.
 */
export function deviceId(files: readonly string[] = machineIdFiles): string {
  const machine = files.map(readFirstLine).find((line) => line !== '') ?? hostname();
  return createHash('sha256').update(`zynqnetd ${machine}`).digest('hex').slice(0, 10);
}

/** New at each start; tells an old session's messages from ours. */
export function newSessionId(): string {
  return randomBytes(6).toString('hex');
}

function readFirstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
