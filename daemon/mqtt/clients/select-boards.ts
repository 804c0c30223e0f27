import { matchesWildcard } from '../../util/wildcard.js';
import type { Board } from './directory.js';

export interface Selection {
  /** Names, in which * stands for anything; none: every board. */
  readonly devices: readonly string[];
  readonly group?: string;
}

/** The boards that a person means. */
export function selectBoards(boards: readonly Board[], { devices, group }: Selection): Board[] {
  return boards.filter(
    (board) =>
      (devices.length === 0 || devices.some((pattern) => matchesWildcard(pattern, board.device))) &&
      (group === undefined || groupsOf(board).includes(group)),
  );
}

/** Those that its local file names; none while the board has not published its configuration. */
export function groupsOf({ config }: Board): string[] {
  const groups = configValue(config, 'device.groups');
  return Array.isArray(groups) ? groups.map(String) : [];
}

/** The value of a dotted key; undefined where there is none. */
export function configValue(config: Record<string, unknown> | undefined, key: string): unknown {
  let value: unknown = config;
  for (const name of key.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
