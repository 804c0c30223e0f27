import type { Command } from 'commander';
import { columns } from './columns.js';
import { addFleetOptions, type FleetOptions, noBoards, openFleet } from './fleet-options.js';
import { examples } from './lazy.js';
import { UsageError } from './usage-error.js';

export function register(command: Command): void {
  addFleetOptions(command)
    .argument('<keys...>', 'keys of the configuration, e.g. classify.threshold')
    .option('--json', 'one JSON object a board')
    .action(get);
  examples(command, [
    'zynqnetd fleet get classify.threshold camera.source',
    'zynqnetd fleet get --group north model.file',
  ]);
}

async function get(keys: readonly string[], options: FleetOptions & { json?: boolean }): Promise<void> {
  const fleet = await openFleet(options);
  try {
    const { selectBoards, configValue } = await import('../mqtt/clients/select-boards.js');
    const { device, group, json } = options;
    const selection = { devices: device, ...(group === undefined ? {} : { group }) };
    const boards = selectBoards(fleet.directory.boards, selection);
    if (boards.length === 0) throw new UsageError(noBoards(options));
    const unknown = keys.filter((key) =>
      boards.every(({ config }) => config && configValue(config, key) === undefined),
    );
    if (unknown.length > 0)
      throw new UsageError(`no board has a key ${unknown.join(', ')}; "zynqnetd config schema" has them all`);
    const rows = boards.map((board) => ({
      device: board.device,
      revision: board.revision ?? null,
      values: Object.fromEntries(keys.map((key) => [key, configValue(board.config, key)])),
    }));
    if (json) {
      for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
      return;
    }
    const shown = (value: unknown) => (value === undefined ? '?' : JSON.stringify(value));
    process.stdout.write(
      columns([
        ['device', 'revision', ...keys],
        ...rows.map((row) => [row.device, String(row.revision ?? '?'), ...keys.map((key) => shown(row.values[key]))]),
      ]),
    );
  } finally {
    await fleet.broker.close();
  }
}
