/** One pass of the float network over the calibration images: activation scales and input statistics of every layer. */

import type { Answer } from '../../daemon/inference/classify/fidelity.js';
import { compressKernels } from '../native/compress-kernels.js';
import { convGeometries } from '../zqn/conv-geometry.js';
import { mirrored } from './calibration-images.js';
import { probabilities, withEngine } from './evaluate.js';
import { describe, type FloatNetwork, loaded, seedOf } from './float-network.js';
import { convGradients, fisherSample } from './gradients.js';
import {
  addMoments,
  chosenPositions,
  emptyMoments,
  type LayerMoments,
  meanOf,
  positionsPerImage,
  sharedInputs,
  threads,
} from './moments.js';
import { Histogram, scaleFor, scaleGroups, type TensorScale } from './tensor-scales.js';

export interface LayerStatistics {
  /** mean input, per tap */
  readonly mean: Float64Array;
  /** Cholesky factor of the second moments about the mean, lower triangle; empty without clustering */
  readonly factor: Float32Array;
  /** nats of divergence that a unit of squared output error at a position costs, over all outputs and positions */
  readonly natsPerError: number;
}

export interface Calibration {
  /** per tensor */
  readonly scales: readonly TensorScale[];
  /** per convolution, over all images */
  readonly layers: readonly LayerStatistics[];
  /** per convolution, over the even images alone: a fit whose worth the odd images can judge */
  readonly fitLayers: readonly LayerStatistics[];
  /** the float network's answers */
  readonly answers: readonly Answer[];
}

/** Share of the mean diagonal that is added to the second moments (Frantar et al., GPTQ, section 3.3). */
const damping = 0.02;

export interface CalibrationOptions {
  /** second moments and what errors cost too: clustering needs them */
  readonly withMoments: boolean;
  /** biases will make good what an error does on average: moments about the mean count */
  readonly biasCorrection: boolean;
  readonly onImage?: (done: number) => void;
}

export async function calibrate(
  network: FloatNetwork,
  inputs: readonly Uint8Array[],
  options: CalibrationOptions,
): Promise<Calibration> {
  const { model } = loaded(describe(network), 'float network');
  const geometries = convGeometries(network.header);
  const groups = scaleGroups(network.header);
  const shared = sharedInputs(network.header);
  const histograms = network.header.tensors.map(() => new Histogram());
  const moments = [0, 1].map(() =>
    geometries.map((conv, i) => emptyMoments(shared[i] === i ? conv.taps : 0, options.withMoments)),
  );
  const perImage = geometries.map((conv) => positionsPerImage(conv));
  const answers: Answer[] = [];
  const squares = new Float64Array(geometries.length);
  const gather = (image: number, tensors: readonly (Float32Array | Uint8Array)[]): void => {
    for (const [i, conv] of geometries.entries()) {
      const values = tensors[conv.op.input.tensor];
      if (shared[i] !== i || values === undefined) continue;
      const positions = chosenPositions(conv, image, perImage[i] as number);
      const half = moments[image % 2]?.[i] as LayerMoments;
      addMoments(half, network.header, conv, values, { scale: 1, zero: () => 0 }, positions);
    }
  };
  const weigh = (answer: Answer, tensors: readonly (Float32Array | Uint8Array)[], seed: string): void => {
    const gradients = convGradients(network, tensors, fisherSample(answer, seedOf(seed)));
    for (const [i, gradient] of gradients.entries()) squares[i] = (squares[i] as number) + sumOfSquares(gradient);
  };
  await withEngine(model, async (engine) => {
    for (const [image, input] of inputs.entries()) {
      const { logits, tensors } = await engine.runAllTensors(input);
      answers.push(probabilities(model, logits));
      for (const [t, tensor] of network.header.tensors.entries()) {
        const values = tensors[t];
        if (t > 0 && values instanceof Float32Array)
          histograms[groups[t] as number]?.add(values, 0, tensor.channels, tensor.channels);
      }
      gather(image, tensors);
      if (options.withMoments) {
        weigh(answers.at(-1) as Answer, tensors, `${image}`);
        gather(image, (await engine.runAllTensors(mirrored(input, network.header))).tensors);
      }
      options.onImage?.(image + 1);
    }
  });
  const scales = groups.map((group, t) =>
    t === 0 ? { scale: 1, zeroPoint: 0 } : scaleFor(histograms[group] as Histogram),
  );
  const [even, odd] = moments as [LayerMoments[], LayerMoments[]];
  // Images alike in number, halves first: the sum of both then takes the place of the odd half.
  const fitLayers = even.map((half) => factored(half, true, options));
  for (const [i, half] of odd.entries()) addInto(half, even[i] as LayerMoments);
  const layers = odd.map((all) => factored(all, false, options));
  const complete = (found: readonly Factored[]): LayerStatistics[] =>
    shared.map((first, i) => ({
      ...(found[first] as Factored),
      // Half the second derivative (see fisherSample). The squares are summed over positions, the error is that of one.
      natsPerError: (squares[i] as number) / 2 / inputs.length / (geometries[i]?.outputs ?? 1),
    }));
  return {
    scales,
    answers,
    layers: complete(layers),
    fitLayers: complete(fitLayers),
  };
}

function addInto(target: LayerMoments, part: LayerMoments): void {
  for (const [k, value] of part.gram.entries()) target.gram[k] = (target.gram[k] as number) + value;
  for (const [k, value] of part.sum.entries()) target.sum[k] = (target.sum[k] as number) + value;
  target.rows += part.rows;
}

type Factored = Pick<LayerStatistics, 'mean' | 'factor'>;

function factored(moments: LayerMoments, copy: boolean, { biasCorrection }: CalibrationOptions): Factored {
  const mean = meanOf(moments);
  if (moments.gram.length === 0 || moments.rows === 0) return { mean, factor: new Float32Array() };
  const gram = copy ? moments.gram.slice() : moments.gram;
  compressKernels().factorMoments({
    gram,
    sum: biasCorrection ? moments.sum : new Float64Array(),
    taps: moments.taps,
    rows: moments.rows,
    damping,
    threads,
  });
  return { mean, factor: gram };
}

function sumOfSquares(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value * value;
  return total;
}
