/** Weights of a layer before and after clustering, for the report's histograms. */
import type { FloatConv, Int8Conv } from '../../daemon/native/addon.js';
import type { WeightHistogram } from './charts.js';

const bins = 101;

/**
 * Both on one axis: integers are placed where the least-squares scale of the layer puts them. Null when the layer has no
 * weights other than zero, or stayed float.
 */
export function weightHistogram(before: FloatConv, after: FloatConv | Int8Conv): WeightHistogram | null {
  if (!(after.weights instanceof Int8Array) || after.weights.length !== before.weights.length) return null;
  const integers = after.weights;
  const peak = before.weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0);
  if (peak === 0) return null;
  const counts = new Array<number>(bins).fill(0);
  const values = new Map<number, number>();
  let products = 0;
  let squares = 0;
  for (const [k, weight] of before.weights.entries()) {
    const bin = Math.min(bins - 1, Math.floor(((weight / peak + 1) / 2) * bins));
    counts[bin] = (counts[bin] as number) + 1;
    const integer = integers[k] as number;
    values.set(integer, (values.get(integer) ?? 0) + 1);
    products += weight * integer;
    squares += integer * integer;
  }
  const total = before.weights.length;
  const scale = squares === 0 ? 0 : products / squares;
  return {
    before: counts.map((count) => count / total),
    after: [...values]
      .map(([value, count]) => ({ at: ((value * scale) / peak + 1) / 2, share: count / total }))
      .filter(({ at }) => at >= 0 && at <= 1),
    low: (-peak).toPrecision(2),
    high: peak.toPrecision(2),
  };
}
