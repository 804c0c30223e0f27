/**
 * Bias correction: what rounding does to a layer's mean output is taken out of its bias (Nagel et al., Data-Free Quantization
 * Through Weight Equalization and Bias Correction, ICCV 2019, section 4.2, with measured means).
 */
import type { FloatConv } from '../../daemon/native/addon.js';
import type { IntegerLayer } from './int8-model.js';

/** New real biases. `mean` is the float network's mean input; `seen` the compressed network's (default: the same). */
export function correctedBias(
  conv: FloatConv,
  layer: IntegerLayer,
  mean: Float64Array,
  seen: Float64Array = mean,
): Float32Array {
  const taps = mean.length;
  return Float32Array.from(conv.bias, (bias, o) => {
    let shift = 0;
    const unit = layer.units[o] ?? 0;
    for (let k = 0; k < taps; k++) {
      const at = o * taps + k;
      shift += (conv.weights[at] ?? 0) * (mean[k] ?? 0) - (layer.weights[at] ?? 0) * unit * (seen[k] ?? 0);
    }
    return bias + shift;
  });
}
