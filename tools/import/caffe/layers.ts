import type { GraphBuilder, Value } from '../graph/builder.js';
import { badWeights, unsupported } from '../import-errors.js';
import { given, type LayerProto } from './proto.js';
import type { WeightSource } from './weights.js';
import { convolutionWindow, poolingWindow } from './windows.js';

/** One layer on its way into the graph. */
interface LayerContext {
  /** for messages */
  readonly label: string;
  readonly proto: LayerProto;
  readonly builder: GraphBuilder;
  readonly weights: WeightSource;
  readonly inputs: readonly Value[];
}

type Run = (layer: LayerContext, input: Value) => Value;

const convolution: Run = ({ label, proto, builder, weights }, input) => {
  const param = proto.convolution_param;
  if (param === undefined || param === null) return unsupported(label, 'no convolution_param');
  if (param.group !== 1) unsupported(label, `group ${param.group}; grouped convolutions do not run on the accelerator`);
  channelAxis(label, param.axis);
  const window = convolutionWindow(label, param);
  const outputs = param.num_output;
  const dims = [outputs, input.shape.channels, ...window.kernel];
  return builder.conv(label, proto.name, input, { outputs, ...window }, () =>
    weights.matrix(label, proto.name, dims, param.bias_term),
  );
};

const innerProduct: Run = ({ label, proto, builder, weights }, input) => {
  const param = proto.inner_product_param;
  if (param === undefined || param === null) return unsupported(label, 'no inner_product_param');
  if (param.axis !== 1 || param.transpose === true) unsupported(label, 'an axis other than 1, or transposed weights');
  const { channels, height, width } = input.shape;
  return builder.dense(label, proto.name, input, param.num_output, () =>
    weights.matrix(label, proto.name, [param.num_output, channels * height * width], param.bias_term),
  );
};

const relu: Run = ({ label, proto, builder }, input) => {
  const slope = proto.relu_param?.negative_slope ?? 0;
  if (slope !== 0) unsupported(label, `negative_slope ${slope} (leaky ReLU); the accelerator has plain ReLU`);
  return builder.relu(label, proto.name, input);
};

const maxMethod = 0;
const averageMethod = 1;

/** Caffe rounds a pool's size up, unless told otherwise. */
const pooling: Run = ({ label, proto, builder }, input) => {
  const param = proto.pooling_param;
  if (param === undefined || param === null) return unsupported(label, 'no pooling_param');
  const { kernel, strides, pads } = poolingWindow(label, param, input.shape);
  if (param.pool === maxMethod) {
    return builder.maxPool(label, proto.name, input, kernel, strides, pads, param.ceil_mode !== false);
  }
  if (param.pool !== averageMethod) unsupported(label, 'stochastic pooling');
  const { height, width } = input.shape;
  if (kernel[0] !== height || kernel[1] !== width || pads.some((pad) => pad !== 0)) {
    unsupported(
      label,
      `averages ${kernel.join('x')} of ${height}x${width}; only the average over everything runs on the accelerator`,
    );
  }
  return builder.globalAverage(label, proto.name, input);
};

const concat: Run = ({ label, proto, builder, inputs }) => {
  const param = proto.concat_param;
  const axis = param && given(param, 'concat_dim') ? param.concat_dim : (param?.axis ?? 1);
  channelAxis(label, axis);
  return builder.concat(label, proto.name, inputs);
};

/** Caffe stores running sums: mean and variance times the last blob. */
const batchNorm: Run = ({ label, proto, builder, weights }, input) => {
  const [mean, variance, total] = weights.vectors(label, proto.name, 3) as [Float32Array, Float32Array, Float32Array];
  const { channels } = input.shape;
  if (mean.length !== channels || variance.length !== channels)
    badWeights(label, `${mean.length} means for ${channels} channels`);
  const sum = total[0] ?? 0;
  const factor = sum === 0 ? 0 : 1 / sum;
  const epsilon = proto.batch_norm_param?.eps ?? 1e-5;
  const scale = new Float64Array(channels);
  const shift = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const spread = (variance[c] as number) * factor + epsilon;
    if (!(spread > 0)) badWeights(label, `the variance of channel ${c} is not positive`);
    scale[c] = 1 / Math.sqrt(spread);
    shift[c] = -(mean[c] as number) * factor * (scale[c] as number);
  }
  return builder.affine(label, proto.name, input, scale, shift);
};

const scale: Run = ({ label, proto, builder, weights, inputs }, input) => {
  const param = proto.scale_param;
  if (inputs.length !== 1) unsupported(label, 'multiplies two layers');
  channelAxis(label, param?.axis ?? 1);
  if ((param?.num_axes ?? 1) !== 1) unsupported(label, 'factors over several axes');
  const [factors, offsets] = weights.vectors(label, proto.name, param?.bias_term ? 2 : 1);
  const shift = offsets ?? new Float32Array(input.shape.channels);
  return builder.affine(label, proto.name, input, Float64Array.from(factors ?? []), Float64Array.from(shift));
};

const bias: Run = ({ label, proto, builder, weights, inputs }, input) => {
  if (inputs.length !== 1) unsupported(label, 'adds two layers');
  channelAxis(label, proto.bias_param?.axis ?? 1);
  const [offsets] = weights.vectors(label, proto.name, 1);
  const ones = new Float64Array(input.shape.channels).fill(1);
  return builder.affine(label, proto.name, input, ones, Float64Array.from(offsets ?? []));
};

const power: Run = ({ label, proto, builder }, input) => {
  const param = proto.power_param;
  if (param && param.power !== 1) unsupported(label, `power ${param.power}`);
  const { channels } = input.shape;
  const scales = new Float64Array(channels).fill(param?.scale ?? 1);
  return builder.affine(label, proto.name, input, scales, new Float64Array(channels).fill(param?.shift ?? 0));
};

const softmax: Run = ({ label, proto, builder }, input) => {
  channelAxis(label, proto.softmax_param?.axis ?? 1);
  return builder.softmax(label, input);
};

const flatten: Run = ({ label, proto, builder }, input) => {
  const param = proto.flatten_param;
  if (param && (param.axis !== 1 || param.end_axis !== -1)) unsupported(label, 'flattens some axes only');
  return builder.flatten(label, input);
};

/** Does nothing when the network runs. */
const pass: Run = (_, input) => input;

export const layerTypes: Readonly<Record<string, Run>> = {
  BatchNorm: batchNorm,
  Bias: bias,
  Concat: concat,
  Convolution: convolution,
  Dropout: pass,
  Flatten: flatten,
  InnerProduct: innerProduct,
  Pooling: pooling,
  Power: power,
  ReLU: relu,
  Scale: scale,
  Softmax: softmax,
  Split: pass,
};

/** Counted from the end or from the front, channels are axis 1 of 4. */
function channelAxis(label: string, axis: number): void {
  if (axis !== 1 && axis !== -3) unsupported(label, `axis ${axis}; it must be channels (1)`);
}
