/** Shared values per layer, as many bits as each layer is worth, under a total loss of accuracy. */
import type { ModelDescription } from '../../native/addon.js';
import { correctedBias } from './bias-correction.js';
import type { Calibration, LayerStatistics } from './calibrate.js';
import { type Answer, answersOf, type Fidelity, fidelity } from './evaluate.js';
import { type IntegerLayer, int8Description } from './int8-model.js';
import { type FloatNetwork, loaded } from './network.js';
import type { ClusterRecipe } from './recipe.js';
import { type RoundedLayer, roundAtPrice, roundPlainly, roundToValues } from './rounding.js';

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

/** Images on which the sensitivity of the layers is measured. */
const sensitivityImages = 20;
/** Halvings of the search for the price of a bit: its factor is known to 2^(range / 2^steps) at the end. */
const searchSteps = 6;

export async function cluster(context: ClusterContext, recipe: ClusterRecipe): Promise<Clustered> {
  if (recipe.bits !== 'auto') {
    return assemble(context, context.calibration.layers, (i, statistics) => {
      const name = nameOf(context, i);
      const bits = recipe.layers[name] ?? (recipe.bits as number);
      return roundToValues(convOf(context, i), statistics, bits);
    });
  }
  const importance = await sensitivities(context);
  const fixed = (i: number): number | undefined => recipe.layers[nameOf(context, i)];
  const at =
    (price: number) =>
    (i: number, statistics: LayerStatistics): RoundedLayer => {
      const bits = fixed(i);
      const conv = convOf(context, i);
      return bits === undefined
        ? roundAtPrice(conv, statistics, price / (importance[i] as number))
        : roundToValues(conv, statistics, bits);
    };
  const price = await largestPrice(context, at, recipe.maxLoss);
  return assemble(context, context.calibration.layers, at(price));
}

type Rounding = (i: number, statistics: LayerStatistics) => RoundedLayer;

/**
 * The largest price of a bit that stays under the loss. Fitted to the even images and judged on the odd ones: the answers to
 * the images that a rounding was fitted to flatter it. The final rounding is fitted to all of them.
 */
async function largestPrice(
  context: ClusterContext,
  at: (price: number) => Rounding,
  maxLoss: number,
): Promise<number> {
  const odd = <T>(_: T, i: number): boolean => i % 2 === 1 || context.inputs.length === 1;
  const inputs = context.inputs.filter(odd);
  const reference = context.calibration.answers.filter(odd);
  // Prices are in nats of divergence a bit. 2^-30 leaves five bits a weight and more, 2^-22 about one.
  let good = -30;
  let bad = -22;
  for (let step = 0; step < searchSteps; step++) {
    const middle = (good + bad) / 2;
    const clustered = assemble(context, context.calibration.fitLayers, at(2 ** middle));
    const { model, bytes } = loaded(clustered.description, 'clustered network');
    const found = fidelity(await answersOf(model, inputs), reference);
    const passes = acceptable(found, maxLoss);
    context.progress(
      `cluster: 2^${middle.toFixed(2)} nats a bit: ${bytes.length} bytes, ${percent(found.agreement)} agree, ` +
        `expected loss ${percent(found.expectedLoss)}, divergence ${found.divergence.toFixed(4)}${passes ? '' : ': too much'}`,
    );
    if (passes) good = middle;
    else bad = middle;
  }
  return 2 ** good;
}

/**
 * A loss of `maxLoss` in top-1 goes with a divergence of two to three times that (measured on ZynqNet and SqueezeNet,
 * docs/compression.md); the divergence is the steadier estimate, the loss the honest one. On half of the photographs one
 * flipped answer may be a point already, hence the factor.
 */
const divergencePerLoss = 2;

export function acceptable(found: Fidelity, maxLoss: number): boolean {
  return found.expectedLoss <= 2 * maxLoss && found.divergence <= divergencePerLoss * maxLoss;
}

/**
 * How many nats of divergence a unit of squared output error of each layer costs, measured: one layer at a time is rounded
 * coarsely in an otherwise plain int8 network. The largest saving then comes first by itself: all layers pay the same price.
 */
async function sensitivities(context: ClusterContext): Promise<number[]> {
  const { network, calibration } = context;
  const plain = network.convs.map((conv) => roundPlainly(conv));
  const bias = network.convs.map((_, i) => biasFor(context, i, plain[i] as IntegerLayer, calibration.layers));
  // Spread over the folder: files are often sorted by class, and each class has weights of its own in the last layer.
  const every = Math.max(1, context.inputs.length / sensitivityImages);
  const inputs = context.inputs.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every));
  const answers = async (layers: readonly IntegerLayer[], biases: readonly Float32Array[]): Promise<Answer[]> => {
    const { model } = loaded(int8Description(network, layers, biases, calibration.scales), 'probe');
    return answersOf(model, inputs);
  };
  const reference = await answers(plain, bias);
  const found: number[] = [];
  for (const [i, conv] of network.convs.entries()) {
    const coarse = roundToValues(conv, calibration.layers[i] as LayerStatistics, 3, 1);
    const layers = plain.with(i, coarse);
    const biases = bias.with(i, biasFor(context, i, coarse, calibration.layers));
    const { divergence } = fidelity(await answers(layers, biases), reference);
    found.push(Math.max(divergence, 1e-6) / Math.max(coarse.distortion, 1e-30));
    context.progress(`cluster: sensitivity of ${nameOf(context, i)}: divergence ${divergence.toFixed(4)}`);
  }
  return found;
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
  return context.network.header.ops.find((op) => op.op === 'conv' && op.weights === i)?.name ?? `convolution ${i}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
