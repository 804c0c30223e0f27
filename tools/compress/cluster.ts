/** Shared values per layer, as many bits as each layer is worth, under a total loss of accuracy. */

import { fidelity } from '../../daemon/inference/classify/fidelity.js';
import type { ModelDescription } from '../../daemon/native/addon.js';
import { hasWeights, sum } from '../zqn/conv-geometry.js';
import { correctedBias } from './bias-correction.js';
import type { Calibration, LayerStatistics } from './calibrate.js';
import { answersOf } from './evaluate.js';
import { type FloatNetwork, loaded } from './float-network.js';
import { type IntegerLayer, int8Description } from './int8-model.js';
import type { ClusterRecipe } from './recipe.js';
import { type RoundedLayer, roundAtPrice, roundToValues } from './rounding.js';

export interface Clustered {
  readonly layers: readonly IntegerLayer[];
  readonly bias: readonly Float32Array[];
  readonly description: ModelDescription;
}

export interface ClusterContext {
  readonly network: FloatNetwork;
  readonly calibration: Calibration;
  readonly inputs: readonly Uint8Array[];
  readonly biasCorrection: boolean;
  readonly progress: (line: string) => void;
}

/** Roundings that are judged in the search for the price of a bit. */
const searchSteps = 6;

export async function cluster(context: ClusterContext, recipe: ClusterRecipe): Promise<Clustered> {
  if (recipe.bits !== 'auto') {
    return assemble(context, context.calibration.layers, (i, statistics) => {
      const name = nameOf(context, i);
      const bits = recipe.layers[name] ?? (recipe.bits as number);
      return roundToValues(convOf(context, i), statistics, bits);
    });
  }
  const worth = context.calibration.layers.map(({ natsPerError }) => natsPerError);
  const minWorth = Math.max(...worth) * 1e-9 || 1;
  const fixed = (i: number): number | undefined => recipe.layers[nameOf(context, i)];
  const at =
    (price: number) =>
    (i: number, statistics: LayerStatistics): RoundedLayer => {
      const bits = fixed(i);
      const conv = convOf(context, i);
      return bits === undefined
        ? roundAtPrice(conv, statistics, price / Math.max(worth[i] as number, minWorth))
        : roundToValues(conv, statistics, bits);
    };
  const price = await largestPrice(context, at, recipe.maxLoss);
  return assemble(context, context.calibration.layers, at(price));
}

type Rounding = (i: number, statistics: LayerStatistics) => RoundedLayer;

/**
 * The largest price of a bit, in nats of divergence, that stays under the loss. Fitted to the even images and judged on the odd
 * ones: the answers to the images that a rounding was fitted to flatter it. The final rounding is fitted to all of them.
 *
 * Divergence grows about in proportion to the price (measured on ZynqNet and SqueezeNet), but not smoothly: at prices
 * hardly apart other weights are rounded up. So each rounding that is judged gives an estimate of the price that would be just
 * right, from which the next sets out; what counts in the end is the mean of those near the goal.
 */
async function largestPrice(
  context: ClusterContext,
  at: (price: number) => Rounding,
  maxLoss: number,
): Promise<number> {
  const odd = <T>(_: T, i: number): boolean => i % 2 === 1 || context.inputs.length === 1;
  const inputs = context.inputs.filter(odd);
  const reference = context.calibration.answers.filter(odd);
  const weights = sum(context.network.convs.map((conv) => conv.weights.length));
  // At high rates the slope of divergence over bits is 2 ln 2 divergence / weights; here weights have few bits, and it is less.
  let logPrice = Math.log2((2 * Math.LN2 * divergencePerLoss * maxLoss) / weights) - 2;
  const found: { logPrice: number; divergence: number; loss: number }[] = [];
  for (let step = 0; step < searchSteps; step++) {
    const clustered = assemble(context, context.calibration.fitLayers, at(2 ** logPrice));
    const { model, bytes } = loaded(clustered.description, 'clustered network');
    const { agreement, expectedLoss, divergence } = fidelity(await answersOf(model, inputs), reference);
    context.progress(
      `cluster: 2^${logPrice.toFixed(2)} nats a bit: ${bytes.length} bytes, ${percent(agreement)} agree, ` +
        `expected loss ${percent(expectedLoss)}, divergence ${divergence.toFixed(4)}`,
    );
    found.push({ logPrice, divergence: Math.max(divergence, 1e-9), loss: Math.max(0, expectedLoss) });
    logPrice = rightPrice(found, maxLoss, step + 1 < searchSteps ? 3 : 0.75);
  }
  return 2 ** logPrice;
}

/**
 * A loss of `maxLoss` in top-1 goes with a divergence of two to three times that (measured on ZynqNet and SqueezeNet,
 * docs/compression.md); less is allowed, because other photographs than these are what counts. The divergence is the steadier
 * estimate, the loss the honest one: on half of the photographs one flipped answer may be a point already, hence its factor.
 */
const divergencePerLoss = 1.5;

/** The price (log2) at which divergence and loss reach their limits, by the roundings judged so far; one that is more than `near` octaves off counts little. */
export function rightPrice(
  found: readonly { logPrice: number; divergence: number; loss: number }[],
  maxLoss: number,
  near: number,
): number {
  const lossPerDivergence = sum(found.map(({ loss }) => loss)) / sum(found.map(({ divergence }) => divergence));
  const limit = Math.min(divergencePerLoss * maxLoss, (2 * maxLoss) / Math.max(lossPerDivergence, 1e-9));
  const steps = found.map(({ divergence }) => Math.log2(limit / divergence));
  const weights = steps.map((step) => 1 / (1 + (step / near) ** 4));
  const estimates = found.map(({ logPrice }, i) => logPrice + Math.max(-4, Math.min(4, steps[i] as number)));
  return sum(estimates.map((estimate, i) => estimate * (weights[i] as number))) / sum(weights);
}

function assemble(context: ClusterContext, statistics: readonly LayerStatistics[], rounding: Rounding): Clustered {
  const layers = context.network.convs.map((_, i) => rounding(i, statistics[i] as LayerStatistics));
  const bias = layers.map((layer, i) => biasFor(context, i, layer, statistics));
  return { layers, bias, description: int8Description(context.network, layers, bias, context.calibration.scales) };
}

function biasFor(
  context: ClusterContext,
  i: number,
  layer: IntegerLayer,
  statistics: readonly LayerStatistics[],
): Float32Array {
  const conv = convOf(context, i);
  return context.biasCorrection ? correctedBias(conv, layer, (statistics[i] as LayerStatistics).mean) : conv.bias;
}

const convOf = (context: ClusterContext, i: number) => context.network.convs[i] as FloatNetwork['convs'][number];

function nameOf(context: ClusterContext, i: number): string {
  return context.network.header.ops.find((op) => hasWeights(op) && op.weights === i)?.name ?? `convolution ${i}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
