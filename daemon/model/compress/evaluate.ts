/** Running models over prepared images, and comparing answers. */
import { logitsFromSums, softmax } from '../../classify/probabilities.js';
import { loadAddon } from '../../native/load.js';
import type { LoadedModel } from '../load.js';

/** Class probabilities of one image. */
export type Answer = Float64Array;

export interface LabelledImages {
  readonly inputs: readonly Uint8Array[];
  readonly classes: readonly number[];
}

export interface Accuracy {
  readonly images: number;
  readonly top1: number;
  readonly top5: number;
  /** for the confusion matrix: the answer to each image */
  readonly answers: readonly number[];
}

/** How far a model's answers lie from the float network's, which needs no labels. */
export interface Fidelity {
  readonly images: number;
  /** share with the same top-1 */
  readonly agreement: number;
  /** estimated loss of top-1, taking the float network's probabilities for the truth: 0.01 is a point */
  readonly expectedLoss: number;
  /** Kullback-Leibler divergence, nats per image */
  readonly divergence: number;
}

/** Opens the fastest engine of the model's arithmetic, runs `body`, closes it. */
export async function withEngine<T>(
  model: LoadedModel,
  body: (engine: ReturnType<ReturnType<typeof loadAddon>['createEngine']>) => Promise<T>,
): Promise<T> {
  const backend = model.header.arithmetic === 'float32' ? 'float' : 'auto';
  const engine = loadAddon().createEngine(model.native, { backend, threads: 0 });
  try {
    return await body(engine);
  } finally {
    engine.close();
  }
}

export function probabilities(model: LoadedModel, logits: Int32Array | Float32Array): Answer {
  return Float64Array.from(softmax(logitsFromSums(logits, model.native.logitScale, model.native.logitOffset)));
}

export function answersOf(model: LoadedModel, inputs: readonly Uint8Array[]): Promise<Answer[]> {
  return withEngine(model, async (engine) => {
    const answers: Answer[] = [];
    for (const input of inputs) answers.push(probabilities(model, await engine.run(input)));
    return answers;
  });
}

export function fidelity(answers: readonly Answer[], reference: readonly Answer[]): Fidelity {
  let same = 0;
  let lost = 0;
  let divergence = 0;
  for (const [i, answer] of answers.entries()) {
    const truth = reference[i] as Answer;
    const best = argmax(truth);
    const given = argmax(answer);
    if (best === given) same += 1;
    lost += (truth[best] ?? 0) - (truth[given] ?? 0);
    divergence += kullbackLeibler(truth, answer);
  }
  const images = Math.max(1, answers.length);
  return {
    images: answers.length,
    agreement: same / images,
    expectedLoss: lost / images,
    divergence: divergence / images,
  };
}

export function kullbackLeibler(truth: Answer, answer: Answer): number {
  let total = 0;
  for (const [c, p] of truth.entries()) if (p > 1e-12) total += p * Math.log(p / Math.max(answer[c] ?? 0, 1e-12));
  return Math.max(0, total);
}

export function accuracy(answers: readonly Answer[], classes: readonly number[]): Accuracy {
  let top1 = 0;
  let top5 = 0;
  for (const [i, answer] of answers.entries()) {
    const truth = classes[i] ?? -1;
    const own = answer[truth] ?? 0;
    let better = 0;
    for (const [c, p] of answer.entries()) if (p > own || (p === own && c < truth)) better += 1;
    if (better === 0) top1 += 1;
    if (better < 5) top5 += 1;
  }
  return { images: answers.length, top1, top5, answers: answers.map(argmax) };
}

export function argmax(values: Answer): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
