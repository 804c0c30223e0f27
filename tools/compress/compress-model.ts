/** `model compress`: from a float network to a small int8 model, step by step, each step measured. */

import type { ModelHeader } from '../../daemon/model/header.js';
import type { LoadedModel } from '../../daemon/model/model-file.js';
import type { ModelDescription } from '../../daemon/native/addon.js';
import { correctedBias } from './bias-correction.js';
import { type Calibration, calibrate, type LayerStatistics } from './calibrate.js';
import { cluster } from './cluster.js';
import { answersOf, type LabelledImages } from './evaluate.js';
import { factorize } from './factorize.js';
import { describe, type FloatNetwork, loaded, networkOf } from './float-network.js';
import { foldInputScale, type IntegerLayer, int8Description } from './int8-model.js';
import { removeDeadChannels, removeWeakChannels } from './prune-channels.js';
import { pruneWeights } from './prune-weights.js';
import type { PruneRecipe, Recipe } from './recipe.js';
import { roundPlainly } from './rounding.js';
import { type Judge, measure, type StepRow } from './step-table.js';

export interface CompressOptions {
  readonly recipe: Recipe;
  readonly inputs: readonly Uint8Array[];
  readonly labelled: LabelledImages | null;
  /** called with a line about what has just been done */
  readonly progress: (line: string) => void;
}

export interface CompressResult {
  readonly bytes: Buffer;
  readonly model: LoadedModel;
  readonly rows: readonly StepRow[];
  /** the float network that was quantized, for the histograms of the report */
  readonly before: FloatNetwork;
}

/** Throws COMPRESS_ and MODEL_ errors. `checkRecipe` comes first. */
export async function compressModel(
  source: LoadedModel,
  name: string,
  options: CompressOptions,
): Promise<CompressResult> {
  const { recipe, inputs, progress } = options;
  let network = networkOf(source, name);
  const judge: Judge = { inputs, reference: await answersOf(source, inputs), labelled: options.labelled };
  const rows: StepRow[] = [];
  const record = async (step: string, model: LoadedModel): Promise<void> => {
    const row = await measure(step, model, judge);
    rows.push(row);
    const right =
      row.accuracy === null
        ? ''
        : `, top-1 ${row.accuracy.top1} and top-5 ${row.accuracy.top5} of ${row.accuracy.images}`;
    progress(`${step}: ${row.bytes} bytes, agreement ${(100 * row.fidelity.agreement).toFixed(1)} %${right}`);
  };
  await record('float', source);

  if (recipe.prune !== null) {
    network = prune(network, recipe.prune, progress);
    await record('prune', loaded(describe(network), 'pruned network').model);
  }
  if (recipe.factorize !== null) {
    const factorized = factorize(network, recipe.factorize.layers);
    network = factorized.network;
    for (const { name: layer, rank, fullRank, energy } of factorized.layers) {
      progress(
        `factorize: ${layer} has rank ${rank} instead of ${fullRank}, ${(100 * energy).toFixed(1)} % of its energy`,
      );
    }
    await record('factorize', loaded(describe(network), 'factorized network').model);
  }
  const before = network;
  let description = describe(network);
  if (recipe.quantize !== null) {
    network = foldInputScale(network);
    const withMoments = recipe.cluster !== null;
    const { biasCorrection } = recipe.quantize;
    const calibration = await calibrate(network, inputs, { withMoments, biasCorrection });
    progress(`quantize: activation scales from ${inputs.length} images`);
    description = quantize(network, calibration, biasCorrection);
    await record('quantize', loaded(description, 'quantized network').model);
    if (recipe.cluster !== null) {
      description = (await cluster({ network, calibration, inputs, biasCorrection, progress }, recipe.cluster))
        .description;
      await record('cluster', loaded(description, 'clustered network').model);
    }
  }
  const { bytes, model } = loaded(withProvenance(description, recipe, rows), name);
  const last = rows.at(-1) as StepRow;
  rows.push({ ...last, step: 'entropy-code', bytes: bytes.length });
  return { bytes, model, rows, before };
}

function prune(start: FloatNetwork, recipe: PruneRecipe, progress: (line: string) => void): FloatNetwork {
  let network = start;
  if (recipe.weights !== undefined) network = pruneWeights(network, recipe.weights);
  if (recipe.channels !== undefined) {
    const { fraction, layers } = recipe.channels;
    const weak = removeWeakChannels(network, (op) =>
      Object.hasOwn(layers, op.name) ? (layers[op.name] ?? 0) : fraction,
    );
    network = weak.network;
    progress(`prune: ${weak.removed} channels of least weight removed`);
  }
  if (recipe.deadChannels) {
    const dead = removeDeadChannels(network);
    network = dead.network;
    progress(`prune: ${dead.removed} channels removed that are constant or never read`);
  }
  return network;
}

function quantize(network: FloatNetwork, calibration: Calibration, biasCorrection: boolean): ModelDescription {
  const layers = network.convs.map((conv) => roundPlainly(conv));
  const bias = network.convs.map((conv, i) =>
    biasCorrection
      ? correctedBias(conv, layers[i] as IntegerLayer, (calibration.layers[i] as LayerStatistics).mean)
      : conv.bias,
  );
  return int8Description(network, layers, bias, calibration.scales);
}

/** The file says how it was made. */
function withProvenance(description: ModelDescription, recipe: Recipe, rows: readonly StepRow[]): ModelDescription {
  const header = JSON.parse(description.headerJson) as ModelHeader;
  const steps = rows.map(({ step, bytes, macs, fidelity, accuracy }) => ({
    step,
    bytes,
    macs,
    agreement: Number(fidelity.agreement.toFixed(4)),
    ...(accuracy !== null && { top1: accuracy.top1, top5: accuracy.top5, images: accuracy.images }),
  }));
  const compression = { recipe, calibrationImages: rows[0]?.fidelity.images ?? 0, steps };
  return {
    ...description,
    headerJson: JSON.stringify({ ...header, provenance: { ...header.provenance, compression } }),
  };
}
