import type { Command } from 'commander';
import type { Board } from '../mqtt/clients/directory.js';
import { columns } from './columns.js';
import { addFleetOptions, type FleetOptions, openFleet } from './fleet-options.js';
import { examples } from './lazy.js';

export function register(command: Command): void {
  addFleetOptions(command).option('--json', 'one JSON object a board').action(list);
  examples(command, ['zynqnetd fleet list', 'zynqnetd fleet list --group north --json | jq .health.framesPerSecond']);
}

async function list(options: FleetOptions & { json?: boolean }): Promise<void> {
  const fleet = await openFleet(options);
  try {
    const { selectBoards, groupsOf } = await import('../mqtt/clients/select-boards.js');
    const { device, group, json } = options;
    const boards = selectBoards(fleet.directory.boards, {
      devices: device,
      ...(group === undefined ? {} : { group }),
    });
    if (json) {
      for (const board of boards) process.stdout.write(`${JSON.stringify({ ...board, alerts: [...board.alerts] })}\n`);
      return;
    }
    const heading = [
      'device',
      'state',
      'version',
      'model',
      'runs on',
      'frames/s',
      'camera',
      'revision',
      'groups',
      'alerts',
    ];
    process.stdout.write(columns([heading, ...boards.map((board) => rowOf(board, groupsOf(board)))]));
    process.stdout.write(`${boards.length} board${boards.length === 1 ? '' : 's'}\n`);
  } finally {
    await fleet.broker.close();
  }
}

function rowOf({ device, state, info, health, revision, alerts }: Board, groups: readonly string[]): string[] {
  return [
    device,
    state,
    info?.version ?? '',
    info?.model.name ?? '',
    info?.backend ?? '',
    health === undefined ? '' : health.framesPerSecond.toFixed(1),
    health?.camera.state ?? '',
    revision === undefined ? '' : String(revision),
    groups.join(','),
    [...alerts].sort().join(','),
  ];
}
