import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { UsageError } from '../../daemon/cli/usage-error.js';
import type { LoadedModel } from '../../daemon/model/model-file.js';
import type { LayerCosts } from '../inspect/layer-costs.js';
import type { Topology } from '../zqn/topologies.js';

interface Flags {
  json?: boolean;
  compare?: string[];
}

export function register(command: Command): void {
  command
    .argument('[file]', 'a .zqn model')
    .option('--json', 'one JSON object, the whole header included')
    .option('--compare <names...>', 'built-in topologies side by side: zynqnet, squeezenet-v1.0, squeezenet-v1.1')
    .action(inspect);
  examples(command, [
    'zynqnetd model inspect roadsigns.zqn',
    'zynqnetd model inspect --json zynqnet.zqn | jq .header.provenance',
    'zynqnetd model inspect --compare zynqnet squeezenet-v1.0 squeezenet-v1.1',
  ]);
}

async function inspect(file: string | undefined, { json, compare }: Flags): Promise<void> {
  if ((file === undefined) === (compare === undefined)) throw new UsageError('give either a model file or --compare');
  if (compare !== undefined) return showComparison(compare, json ?? false);
  const { loadModel } = await import('../../daemon/model/model-file.js');
  const { layerCosts, totals } = await import('../inspect/layer-costs.js');
  const model = await loadModel(file as string);
  const layers = layerCosts(model);
  const { sha256, fileBytes, header } = model;
  const object = { file, sha256, fileBytes, layers, totals: totals(layers), header };
  process.stdout.write(json ? `${JSON.stringify(object)}\n` : await modelText(model, layers));
}

async function modelText({ header, sha256, fileBytes }: LoadedModel, layers: readonly LayerCosts[]): Promise<string> {
  const { totals } = await import('../inspect/layer-costs.js');
  const { input, preprocessing } = header;
  const all = totals(layers);
  const rows = layers.map((layer) => [layer.name, layer.kernel ?? layer.op, layer.output.join('x'), ...numbers(layer)]);
  const crop =
    preprocessing.resize === null
      ? ''
      : ` via ${preprocessing.resize.join('x')}${preprocessing.crop ? ', centre crop' : ''}`;
  return [
    `${header.name}  ${header.arithmetic}, ${header.labels.length} classes`,
    `sha256   ${sha256}`,
    `input    ${input.width}x${input.height}x${input.channels} ${input.order}, ${preprocessing.mode}${crop}`,
    `size     ${fileBytes} bytes, ${all.weights} weights (${percent(1 - all.sparsity)} not zero), ` +
      `${((fileBytes * 8) / Math.max(1, all.weights)).toFixed(2)} bits a weight`,
    '',
    table([
      ['layer', 'kernel', 'output', 'M MACs', 'parameters', 'sparsity', 'bits/weight', 'bytes', 'values', 'coding'],
      ...rows,
      ['total', '', '', ...numbers({ ...all, coding: '' })],
    ]),
    '',
  ].join('\n');
}

/** Everything of a convolution after its shape; blank for pools. */
function numbers(costs: Partial<LayerCosts>): string[] {
  if (costs.macs === undefined) return [];
  return [
    (costs.macs / 1e6).toFixed(2),
    String(costs.parameters),
    percent(costs.sparsity ?? 0),
    (costs.bitsPerWeight ?? 0).toFixed(2),
    String(costs.bytes),
    String(costs.codebookSize ?? ''),
    costs.coding ?? '',
  ];
}

async function showComparison(names: readonly string[], json: boolean): Promise<void> {
  const { topologies } = await import('../zqn/topologies.js');
  const { savings, topologyCosts } = await import('../inspect/compare.js');
  const chosen = names.map((name): Topology => {
    const make = Object.hasOwn(topologies, name) ? topologies[name] : undefined;
    if (make === undefined)
      throw new UsageError(`there is no topology "${name}"; there are ${Object.keys(topologies).join(', ')}`);
    return make();
  });
  const costs = chosen.map(topologyCosts);
  const saved = chosen.filter((topology) => topology.name === 'zynqnet').flatMap(savings);
  if (json) {
    process.stdout.write(`${JSON.stringify({ topologies: costs, savings: saved })}\n`);
    return;
  }
  const line = (label: string, value: (cost: (typeof costs)[number]) => string): string[] => [
    label,
    ...costs.map(value),
  ];
  const text = table([
    line('', (cost) => cost.name),
    line('input', (cost) => cost.input),
    line('convolutions', (cost) => String(cost.convolutions)),
    line('max-pools', (cost) => String(cost.maxPools)),
    line('M MACs', (cost) => millions(cost.macs)),
    line('weights', (cost) => cost.weights.toLocaleString('en')),
    line('bytes as float32', (cost) => cost.float32Bytes.toLocaleString('en')),
    line('bytes as int8', (cost) => cost.int8Bytes.toLocaleString('en')),
    line('activations, bytes as int8', (cost) => cost.activationBytes.toLocaleString('en')),
    line('largest tensor, bytes', (cost) => cost.largestTensorBytes.toLocaleString('en')),
    line('MACs on padding', (cost) => percent(cost.paddingMacs / cost.macs)),
    line('idle slots, rows in eights', (cost) => percent(cost.idleShare)),
  ]);
  const choices = saved.map(({ choice, instead, macs, macsInstead, note }) => {
    const difference = macsInstead - macs;
    return `  ${choice}: ${millions(difference)} M MACs fewer than with ${instead}; ${note}`;
  });
  const heading = choices.length > 0 ? ["What ZynqNet's choices save:", ...choices, ''] : [];
  process.stdout.write([text, '', ...heading].join('\n'));
}

const millions = (value: number): string => (value / 1e6).toFixed(1);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Columns as wide as their widest cell; the first to the left, the rest to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [c, cell] of row.entries()) widths[c] = Math.max(widths[c] ?? 0, cell.length);
  const pad = (cell: string, c: number): string =>
    c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join('  ')}`.trimEnd()).join('\n');
}
