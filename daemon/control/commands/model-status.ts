import type { ModelIdentity } from '../../mqtt/topics/payloads.js';
import type { InstalledModel, ModelFolder } from '../../updates/folder.js';
import type { InstallStatus } from '../../updates/installer.js';

/** The payload of `model/status`: what is being installed, what is installed, and what is in service. */
export function modelStatus(install: InstallStatus, folder: ModelFolder, active: ModelIdentity | undefined) {
  const installed = folder.list();
  // Nothing is under way: what matters then is whether a model is in service.
  const status: InstallStatus = install.state === 'idle' && active ? { ...install, state: 'active' } : install;
  const { state, ...rest } = status;
  return {
    state,
    text: textOf(status),
    ...rest,
    active: active ?? null,
    latest: latestOf(installed, active),
    previous: previousName(folder.previous),
    installed: installed.map(({ file, name, sha256, bytes }) => ({ file, name, sha256, bytes })),
  };
}

/** `built-in` for the model that comes with the daemon, null for none. */
function previousName(file: string | null | undefined): string | null {
  return file === null ? 'built-in' : (file ?? null);
}

/** For people: `downloading 42 %`, `failed: no room`. */
function textOf({ state, percent, reason }: InstallStatus): string {
  if (state === 'downloading') return `downloading ${percent ?? 0} %`;
  return state === 'failed' ? `failed: ${reason}` : state;
}

/** What an update entity compares: the newest that is installed, or the one in service where none is. */
function latestOf(installed: readonly InstalledModel[], active: ModelIdentity | undefined): ModelIdentity | null {
  const newest = installed[0];
  return newest === undefined ? (active ?? null) : { name: newest.name, sha256: newest.sha256 };
}
