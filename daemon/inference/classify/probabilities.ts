/** What the network says about one frame, most probable first. */
export interface Score {
  readonly index: number;
  readonly probability: number;
}

/** logit = sum * scale + offset in float32, one product and one sum, each rounded (docs/arithmetic.md, last layer). */
export function logitsFromSums(
  sums: Int32Array | Float32Array,
  scale: Float32Array,
  offset: Float32Array,
): Float32Array {
  const logits = new Float32Array(sums.length);
  for (let index = 0; index < sums.length; index += 1) {
    const product = Math.fround(Math.fround(sums[index] ?? 0) * (scale[index] ?? 1));
    logits[index] = Math.fround(product + (offset[index] ?? 0));
  }
  return logits;
}

/** Softmax in double precision, shifted by the largest logit so that nothing overflows. */
export function softmax(logits: Float32Array): Float64Array {
  // Plain loops: this runs for every frame, over up to a thousand classes.
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logits.length; index += 1) largest = Math.max(largest, logits[index] as number);
  const probabilities = new Float64Array(logits.length);
  let total = 0;
  for (let index = 0; index < logits.length; index += 1) {
    const value = Math.exp((logits[index] as number) - largest);
    probabilities[index] = value;
    total += value;
  }
  for (let index = 0; index < logits.length; index += 1)
    probabilities[index] = (probabilities[index] as number) / total;
  return probabilities;
}

/** The `count` most probable classes, most probable first; ties go to the lower index. */
export function topScores(probabilities: Float64Array, count: number): Score[] {
  const top: Score[] = [];
  for (let index = 0; index < probabilities.length; index += 1) {
    const probability = probabilities[index] ?? 0;
    if (top.length === count && probability <= (top[count - 1]?.probability ?? 0)) continue;
    const place = top.findIndex((score) => probability > score.probability);
    top.splice(place === -1 ? top.length : place, 0, { index, probability });
    if (top.length > count) top.pop();
  }
  return top;
}
