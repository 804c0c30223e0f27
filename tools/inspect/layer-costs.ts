/** What each layer of a model costs: operations, weights, bytes. */

import type { HeaderOp } from '../../daemon/model/header.js';
import type { LoadedModel } from '../../daemon/model/model-file.js';
import { convGeometries, hasWeights, sum } from '../zqn/conv-geometry.js';

export interface LayerCosts {
  readonly name: string;
  readonly op: HeaderOp['op'];
  /** channels x height x width of the input and of the output */
  readonly input: readonly [number, number, number];
  readonly output: readonly [number, number, number];
  /** convolutions only, from here on */
  readonly kernel?: string;
  readonly macs?: number;
  /** biases included */
  readonly parameters?: number;
  readonly weights?: number;
  readonly nonZero?: number;
  /** share of zero weights */
  readonly sparsity?: number;
  readonly bytes?: number;
  readonly bitsPerWeight?: number;
  readonly coding?: string;
  readonly codebookSize?: number;
}

export interface Totals {
  readonly macs: number;
  readonly parameters: number;
  readonly weights: number;
  readonly nonZero: number;
  readonly sparsity: number;
  /** of the weight sections; the file has its header besides */
  readonly bytes: number;
  readonly bitsPerWeight: number;
}

export function layerCosts(model: LoadedModel): LayerCosts[] {
  const { header, native } = model;
  const geometries = convGeometries(header);
  const shape = (tensor: number, channels: number): [number, number, number] => {
    const { height, width } = header.tensors[tensor] ?? { height: 0, width: 0 };
    return [channels, height, width];
  };
  return header.ops.map((op): LayerCosts => {
    const input = shape(op.input.tensor, op.input.channels);
    if (!hasWeights(op)) {
      const output =
        'logits' in op.output ? ([op.output.channels, 1, 1] as const) : shape(op.output.tensor, op.output.channels);
      return { name: op.name, op: op.op, input, output };
    }
    const conv = geometries[op.weights];
    if (conv === undefined) throw new RangeError(`${op.name}: there is no weight section ${op.weights}`);
    const { storedBytes, nonZero, coding, codebookSize } = native.section(op.weights);
    return {
      name: op.name,
      op: op.op,
      input,
      output: [conv.outputs, conv.outputHeight, conv.outputWidth],
      kernel: `${op.kernel.join('x')}${op.stride === 2 ? '/2' : ''}`,
      macs: conv.macs,
      parameters: conv.weights + conv.outputs,
      weights: conv.weights,
      nonZero,
      sparsity: 1 - nonZero / conv.weights,
      bytes: storedBytes,
      bitsPerWeight: (8 * storedBytes) / conv.weights,
      coding,
      codebookSize,
    };
  });
}

export function totals(layers: readonly LayerCosts[]): Totals {
  const of = (key: 'macs' | 'parameters' | 'weights' | 'nonZero' | 'bytes'): number =>
    sum(layers.map((layer) => layer[key] ?? 0));
  const weights = of('weights');
  return {
    macs: of('macs'),
    parameters: of('parameters'),
    weights,
    nonZero: of('nonZero'),
    sparsity: 1 - of('nonZero') / Math.max(1, weights),
    bytes: of('bytes'),
    bitsPerWeight: (8 * of('bytes')) / Math.max(1, weights),
  };
}
