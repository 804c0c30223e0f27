/**
 * Low-rank layers: N x M becomes N x K and K x M by singular value decomposition (Denton et al., Exploiting Linear Structure
 * Within Convolutional Networks, NIPS 2014). The first of the two keeps kernel, stride and padding and has K outputs without
 * ReLU, the second is 1x1.
 */

import type { ConvOp, HeaderOp, ModelHeader } from '../../daemon/model/header.js';
import type { FloatConv } from '../../daemon/native/addon.js';
import { compressKernels } from '../native/compress-kernels.js';
import { convGeometries, hasWeights } from '../zqn/conv-geometry.js';
import type { FloatNetwork } from './float-network.js';

export type RankChoice = { readonly rank: number } | { readonly energy: number };

export interface FactorizedLayer {
  readonly name: string;
  readonly rank: number;
  readonly fullRank: number;
  /** share of the squared singular values that is kept */
  readonly energy: number;
}

/** Splits the named layers. The first factor is called NAME/basis, the second keeps the layer's name. */
export function factorize(
  network: FloatNetwork,
  choices: Readonly<Record<string, RankChoice>>,
): { network: FloatNetwork; layers: FactorizedLayer[] } {
  const geometries = convGeometries(network.header);
  const tensors = [...network.header.tensors];
  const ops: HeaderOp[] = [];
  const convs: FloatConv[] = [];
  const layers: FactorizedLayer[] = [];
  for (const op of network.header.ops) {
    if (!hasWeights(op)) {
      ops.push(op);
      continue;
    }
    const conv = network.convs[op.weights] as FloatConv;
    const geometry = geometries[op.weights];
    const choice = Object.hasOwn(choices, op.name) ? choices[op.name] : undefined;
    if (choice === undefined || geometry === undefined) {
      ops.push({ ...op, weights: convs.length });
      convs.push(conv);
      continue;
    }
    const split = splitLayer(conv, geometry.outputs, geometry.taps, choice);
    layers.push({ name: op.name, ...split.layer });
    const { rank } = split.layer;
    const view = { tensor: tensors.length, offset: 0, channels: rank };
    tensors.push({
      name: `${op.name}/basis`,
      channels: rank,
      height: geometry.outputHeight,
      width: geometry.outputWidth,
    });
    ops.push({ ...op, name: `${op.name}/basis`, output: view, relu: false, weights: convs.length });
    convs.push(split.first);
    const second: ConvOp = { ...op, input: view, kernel: [1, 1], stride: 1, pad: [0, 0, 0, 0], weights: convs.length };
    ops.push(second);
    convs.push(split.second);
  }
  const header: ModelHeader = { ...network.header, tensors, ops };
  return { network: { header, convs }, layers };
}

function splitLayer(
  conv: FloatConv,
  outputs: number,
  taps: number,
  choice: RankChoice,
): { first: FloatConv; second: FloatConv; layer: Omit<FactorizedLayer, 'name'> } {
  const { u, s, v } = compressKernels().svd({ matrix: conv.weights, rows: outputs, columns: taps });
  const full = s.length;
  const rank = 'rank' in choice ? choice.rank : rankFor(s, choice.energy);
  // The singular values are shared out evenly: both factors then have weights of like size.
  const first = new Float32Array(rank * taps);
  const second = new Float32Array(outputs * rank);
  for (let r = 0; r < rank; r++) {
    const root = Math.sqrt(s[r] ?? 0);
    for (let k = 0; k < taps; k++) first[r * taps + k] = (v[k * full + r] ?? 0) * root;
    for (let o = 0; o < outputs; o++) second[o * rank + r] = (u[o * full + r] ?? 0) * root;
  }
  return {
    first: { weights: first, bias: new Float32Array(rank) },
    second: { weights: second, bias: conv.bias },
    layer: { rank, fullRank: full, energy: energyOf(s, rank) },
  };
}

function rankFor(s: Float32Array, energy: number): number {
  for (let rank = 1; rank < s.length; rank++) if (energyOf(s, rank) >= energy) return rank;
  return s.length;
}

function energyOf(s: Float32Array, rank: number): number {
  let kept = 0;
  let total = 0;
  for (const [i, value] of s.entries()) {
    total += value * value;
    if (i < rank) kept += value * value;
  }
  return total === 0 ? 1 : kept / total;
}
