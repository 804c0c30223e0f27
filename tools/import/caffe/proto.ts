import { type Int64, messageType } from '../protobuf.js';
import { caffeDescriptor } from '../schema/caffe.js';

/** The fields of Caffe's published schema that the reader uses. */
export interface BlobProto {
  readonly shape?: { readonly dim: readonly Int64[] } | null;
  readonly data: readonly number[];
  readonly double_data: readonly number[];
  readonly raw_data_type: number;
  readonly raw_data: Uint8Array;
  readonly num: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

interface NetStateRule {
  readonly phase: number;
}

export interface ConvolutionParameter {
  readonly num_output: number;
  readonly bias_term: boolean;
  readonly pad: readonly number[];
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly pad_h: number;
  readonly pad_w: number;
  readonly kernel_h: number;
  readonly kernel_w: number;
  readonly stride_h: number;
  readonly stride_w: number;
  readonly group: number;
  readonly axis: number;
}

export interface PoolingParameter {
  readonly pool: number;
  readonly pad: number;
  readonly pad_h: number;
  readonly pad_w: number;
  readonly kernel_size: number;
  readonly kernel_h: number;
  readonly kernel_w: number;
  readonly stride: number;
  readonly stride_h: number;
  readonly stride_w: number;
  readonly global_pooling: boolean;
  readonly ceil_mode?: boolean;
}

export interface TransformationParameter {
  readonly scale: number;
  readonly crop_size: number;
  readonly mean_file: string;
  readonly mean_value: readonly number[];
}

/** A layer of either generation (`layer` and the older `layers`), as far as they share fields. */
export interface LayerProto {
  readonly name: string;
  readonly type: string | number;
  readonly bottom: readonly string[];
  readonly top: readonly string[];
  readonly include: readonly NetStateRule[];
  readonly exclude: readonly NetStateRule[];
  readonly blobs: readonly BlobProto[];
  readonly convolution_param?: ConvolutionParameter | null;
  readonly pooling_param?: PoolingParameter | null;
  readonly inner_product_param?: {
    readonly num_output: number;
    readonly bias_term: boolean;
    readonly axis: number;
    readonly transpose?: boolean;
  } | null;
  readonly batch_norm_param?: { readonly use_global_stats?: boolean; readonly eps: number } | null;
  readonly scale_param?: { readonly axis: number; readonly bias_term: boolean; readonly num_axes: number } | null;
  readonly bias_param?: { readonly axis: number } | null;
  readonly concat_param?: { readonly axis: number; readonly concat_dim: number } | null;
  readonly relu_param?: { readonly negative_slope: number } | null;
  readonly softmax_param?: { readonly axis: number } | null;
  readonly flatten_param?: { readonly axis: number; readonly end_axis: number } | null;
  readonly power_param?: { readonly power: number; readonly scale: number; readonly shift: number } | null;
  readonly input_param?: { readonly shape: readonly { readonly dim: readonly Int64[] }[] } | null;
  readonly transform_param?: TransformationParameter | null;
}

export interface NetProto {
  readonly name: string;
  readonly input: readonly string[];
  readonly input_shape: readonly { readonly dim: readonly Int64[] }[];
  readonly input_dim: readonly Int64[];
  readonly layer: readonly LayerProto[];
  readonly layers: readonly LayerProto[];
}

export const netType = messageType(caffeDescriptor, 'opencv_caffe.NetParameter');

const firstTypes = netType.root.lookupEnum('opencv_caffe.V1LayerParameter.LayerType').valuesById;

/** What the older generation's enumeration calls a layer, in the newer one's words. */
const renamed: Readonly<Record<string, string>> = {
  CONVOLUTION: 'Convolution',
  RELU: 'ReLU',
  POOLING: 'Pooling',
  CONCAT: 'Concat',
  DROPOUT: 'Dropout',
  INNER_PRODUCT: 'InnerProduct',
  SOFTMAX: 'Softmax',
  SOFTMAX_LOSS: 'SoftmaxWithLoss',
  ACCURACY: 'Accuracy',
  SILENCE: 'Silence',
  SPLIT: 'Split',
  FLATTEN: 'Flatten',
  POWER: 'Power',
  DATA: 'Data',
  IMAGE_DATA: 'ImageData',
  MEMORY_DATA: 'MemoryData',
  DUMMY_DATA: 'DummyData',
  HDF5_DATA: 'HDF5Data',
  WINDOW_DATA: 'WindowData',
};

/** A layer with its type as a word. */
export interface Layer {
  readonly type: string;
  readonly proto: LayerProto;
}

/** The layers of either generation; a file that mixes both is refused by Caffe too, here the newer ones count. */
export function layersOf(net: NetProto): Layer[] {
  const all = net.layer.length > 0 ? net.layer : net.layers;
  return all.map((proto) => {
    const word = typeof proto.type === 'string' ? proto.type : (firstTypes[proto.type] ?? `type ${proto.type}`);
    return { type: Object.hasOwn(renamed, word) ? (renamed[word] as string) : word, proto };
  });
}

const testPhase = 1;

/** Whether a layer is there when the network runs, rather than when it is trained (phase TEST). */
export function runs({ proto }: Layer): boolean {
  const matches = (rule: NetStateRule) => !given(rule, 'phase') || rule.phase === testPhase;
  if (proto.include.length > 0) return proto.include.some(matches);
  return !proto.exclude.some(matches);
}

/** Whether a field was written, rather than left at its default. */
export function given(message: object, field: string): boolean {
  return Object.hasOwn(message, field);
}
