import type { Context } from './check.js';

/** A process that holds a device open. */
export interface Owner {
  readonly pid: number;
  readonly command: string;
}

/** Other processes that hold one of these device files open, as far as this user may see. */
export async function ownersOf({ files, machine }: Context, devices: readonly string[]): Promise<Owner[]> {
  const owners: Owner[] = [];
  for (const name of await files.names('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === machine.pid) continue;
    for (const descriptor of await files.names(`/proc/${name}/fd`)) {
      const target = await files.link(`/proc/${name}/fd/${descriptor}`);
      if (target === undefined || !devices.includes(target)) continue;
      const command = (await files.text(`/proc/${name}/cmdline`)) ?? '';
      owners.push({ pid, command: nameOf(command) });
      break;
    }
  }
  return owners;
}

/** `zynqnetd run` out of a node command line; else the program's name. */
function nameOf(commandLine: string): string {
  const words = commandLine.split(/\s+/);
  const script = words.find((word) => word.endsWith('/cli/main.js'));
  if (script !== undefined) return `zynqnetd ${words[words.indexOf(script) + 1] ?? ''}`.trim();
  return words[0]?.split('/').at(-1) ?? 'unknown';
}

export function ownersText(owners: readonly Owner[]): string {
  return owners.map(({ pid, command }) => `process ${pid} (${command})`).join(', ');
}

/** How to stop the daemon on this machine. */
export async function stopCommand({ files }: Context): Promise<string> {
  return (await files.exists('/run/systemd/system')) ? 'systemctl stop zynqnetd' : '/etc/init.d/zynqnetd stop';
}
