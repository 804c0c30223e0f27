/** Class probabilities of one image. */
export type Answer = Float64Array;

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

export function argmax(values: Answer): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
