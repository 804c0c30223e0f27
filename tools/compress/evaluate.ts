/** Running models over prepared images, and comparing answers. */
import { type Answer, argmax } from '../../daemon/inference/classify/fidelity.js';
import { logitsFromSums, softmax } from '../../daemon/inference/classify/probabilities.js';
import type { LoadedModel } from '../../daemon/model/model-file.js';
import { loadAddon } from '../../daemon/native/load.js';

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
