import type { Command } from 'commander';
import type { HeaderOp } from '../model/header.js';
import type { LoadedModel } from '../model/load.js';
import { examples } from './lazy.js';

interface Layer {
  readonly name: string;
  readonly op: string;
  readonly kernel?: string;
  readonly weights?: number;
  readonly nonZero?: number;
  readonly coding?: string;
  readonly codebookSize?: number;
  readonly storedBytes?: number;
}

export function register(command: Command): void {
  command
    .argument('<file>', 'a .zqn model')
    .option('--json', 'one JSON object, the whole header included')
    .action(inspect);
  examples(command, [
    'zynqnetd model inspect roadsigns.zqn',
    'zynqnetd model inspect --json zynqnet.zqn | jq .header.provenance',
  ]);
}

async function inspect(file: string, { json }: { json?: boolean }): Promise<void> {
  const { loadModel } = await import('../model/load.js');
  const model = await loadModel(file);
  const layers = model.header.ops.map((op) => describe(model, op));
  const summary = { file, sha256: model.sha256, fileBytes: model.fileBytes, layers };
  process.stdout.write(json ? `${JSON.stringify({ ...summary, header: model.header })}\n` : textOf(model, layers));
}

function describe(model: LoadedModel, op: HeaderOp): Layer {
  if (op.op !== 'conv') return { name: op.name, op: op.op };
  const conv = model.native.conv(op.weights);
  const kernel = `${op.kernel.join('x')}${op.stride === 2 ? '/2' : ''}`;
  return { name: op.name, op: op.op, kernel, weights: conv.weights.length, ...model.native.section(op.weights) };
}

function textOf({ header, sha256, fileBytes }: LoadedModel, layers: readonly Layer[]): string {
  const { input, preprocessing } = header;
  const weights = layers.reduce((sum, layer) => sum + (layer.weights ?? 0), 0);
  const nonZero = layers.reduce((sum, layer) => sum + (layer.nonZero ?? 0), 0);
  const rows = layers.map(
    ({ name, op, kernel = '', weights: count, nonZero: kept, coding = '', codebookSize, storedBytes }) => {
      if (count === undefined) return `  ${name.padEnd(24)} ${op}`;
      const cells = [name.padEnd(24), op.padEnd(7), kernel.padEnd(5), String(count).padStart(9)];
      const density = `${(((kept ?? 0) * 100) / count).toFixed(0).padStart(4)} %`;
      return `  ${[...cells, density, String(codebookSize ?? '').padStart(5), String(storedBytes ?? '').padStart(9), ` ${coding}`].join(' ')}`;
    },
  );
  const crop =
    preprocessing.resize === null
      ? ''
      : ` via ${preprocessing.resize.join('x')}${preprocessing.crop ? ', centre crop' : ''}`;
  return [
    `${header.name}  ${header.arithmetic}, ${header.labels.length} classes`,
    `sha256   ${sha256}`,
    `input    ${input.width}x${input.height}x${input.channels} ${input.order}, ${preprocessing.mode}${crop}`,
    `size     ${fileBytes} bytes, ${weights} weights (${((nonZero * 100) / Math.max(1, weights)).toFixed(1)} % not zero), ` +
      `${((fileBytes * 8) / Math.max(1, weights)).toFixed(2)} bits a weight`,
    '',
    '  layer                    op      kernel  weights   kept  codes     bytes  coding',
    ...rows,
    '',
  ].join('\n');
}
