import { layerName, type Shape } from '../graph/nodes.js';
import { inconsistent, shown, unsupported } from '../import-errors.js';
import { type Int64, integer } from '../protobuf.js';
import type { Layer, NetProto, TransformationParameter } from './proto.js';

export interface PictureInput {
  readonly name: string;
  readonly shape: Shape;
  /** what a data layer does to the pixels, where the file says it */
  readonly transform?: TransformationParameter | undefined;
}

const dataLayers = ['Data', 'ImageData', 'MemoryData', 'DummyData', 'HDF5Data', 'WindowData'];

export function isInput({ type }: Layer): boolean {
  return type === 'Input' || dataLayers.includes(type);
}

/**
 * The network's picture: `input:` with `input_shape` or `input_dim`, an Input layer, or the data layer of a training
 * file with its crop_size. `size` helps out where a data layer names none.
 */
export function inputOf(
  net: NetProto,
  layers: readonly Layer[],
  file: string,
  size?: { height: number; width: number },
): PictureInput {
  const inputs = layers.filter(isInput);
  if (net.input.length + inputs.length === 0) inconsistent(file, 'the network has no input; use its deploy prototxt');
  if (net.input.length + inputs.length > 1)
    unsupported(file, 'the network has several inputs; one picture is all there is');
  const [name] = net.input;
  if (name !== undefined) {
    const dims = net.input_shape[0]?.dim ?? net.input_dim;
    return { name, shape: fromDims(`input '${shown(name)}'`, dims) };
  }
  return fromLayer(inputs[0] as Layer, size);
}

function fromLayer({ type, proto }: Layer, size: { height: number; width: number } | undefined): PictureInput {
  const label = layerName(shown(proto.name), shown(type));
  const [top] = proto.top;
  if (top === undefined) inconsistent(label, 'has no top');
  if (type === 'Input') {
    const [shape] = proto.input_param?.shape ?? [];
    if (shape === undefined) inconsistent(label, 'has no shape');
    return { name: top, shape: fromDims(label, shape.dim) };
  }
  const transform = proto.transform_param ?? undefined;
  const crop = transform?.crop_size ?? 0;
  const area = crop > 0 ? { height: crop, width: crop } : size;
  if (area === undefined)
    unsupported(label, "says no crop_size; use the deploy prototxt, or give the network's size with --crop WxH");
  const channels = transform?.mean_value.length === 1 ? 1 : 3;
  return { name: top, shape: { channels, ...area }, transform };
}

function fromDims(label: string, dims: readonly Int64[]): Shape {
  const [, channels, height, width] = dims.map(integer);
  if (dims.length !== 4 || channels === undefined || height === undefined || width === undefined) {
    unsupported(label, `${dims.length} dimensions; a picture has 4: batch, channels, height, width`);
  }
  return { channels, height, width };
}
