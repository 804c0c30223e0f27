/** Setting the smallest weights to zero (Han et al., Learning both Weights and Connections, NIPS 2015). */

import type { ConvOp } from '../../daemon/model/header.js';
import type { FloatConv } from '../../daemon/native/addon.js';
import { hasWeights } from '../zqn/conv-geometry.js';
import type { FloatNetwork } from './float-network.js';

export interface WeightPruning {
  readonly sparsity: number;
  readonly scope: 'global' | 'layer';
  /** shares of single layers, by name; they do not count towards the global one */
  readonly layers: Readonly<Record<string, number>>;
}

/**
 * Zeros the given share of weights. A global threshold is relative to each layer's root mean square: layers of small weights
 * would otherwise vanish. Weights equal to the threshold stay, so no more than the share is zeroed by this step.
 */
export function pruneWeights(network: FloatNetwork, pruning: WeightPruning): FloatNetwork {
  const named = new Map<number, ConvOp>();
  for (const op of network.header.ops) if (hasWeights(op)) named.set(op.weights, op);
  const share = (index: number): number | undefined => pruning.layers[named.get(index)?.name ?? ''];
  const common = network.convs.filter((_, i) => share(i) === undefined);
  const globalThreshold =
    pruning.scope === 'global'
      ? quantile(
          common.flatMap((conv) => [magnitudes(conv)]),
          pruning.sparsity,
        )
      : undefined;
  const convs = network.convs.map((conv, i) => {
    const own = share(i);
    if (own === undefined && globalThreshold !== undefined) return zeroBelow(conv, globalThreshold);
    return zeroBelow(conv, quantile([magnitudes(conv)], own ?? pruning.sparsity));
  });
  return { header: network.header, convs };
}

function spread(conv: FloatConv): number {
  let total = 0;
  for (const weight of conv.weights) total += weight * weight;
  return Math.sqrt(total / conv.weights.length);
}

function magnitudes(conv: FloatConv): Float32Array {
  const scale = spread(conv);
  return scale === 0 ? new Float32Array(conv.weights.length) : conv.weights.map((weight) => Math.abs(weight) / scale);
}

/** The value that the given share of all values lies below. */
function quantile(parts: readonly Float32Array[], share: number): number {
  const all = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  all.sort();
  return all[Math.floor(share * all.length)] ?? 0;
}

function zeroBelow(conv: FloatConv, threshold: number): FloatConv {
  const relative = magnitudes(conv);
  return { weights: conv.weights.map((weight, k) => ((relative[k] ?? 0) < threshold ? 0 : weight)), bias: conv.bias };
}
