import type { Pads, Shape } from '../graph/nodes.js';
import { inconsistent, shown, unsupported } from '../import-errors.js';
import type { Attributes } from './attributes.js';

/** A height and a width; ONNX gives one value per spatial axis. */
export function pair(
  layer: string,
  name: string,
  values: readonly number[] | undefined,
  fallback: readonly [number, number],
): [number, number] {
  if (values === undefined) return [...fallback];
  const [height, width] = values;
  if (values.length !== 2 || height === undefined || width === undefined) {
    unsupported(layer, `${name} for ${values.length} axes; a picture has 2`);
  }
  if (!(height >= 1 && width >= 1)) inconsistent(layer, `${name} ${height}x${width} is not positive`);
  return [height, width];
}

/** `pads` or `auto_pad`, as top, left, bottom, right. */
export function paddingOf(
  layer: string,
  attributes: Attributes,
  input: Shape,
  kernel: readonly [number, number],
  strides: readonly [number, number],
): Pads {
  const mode = attributes.text('auto_pad', 'NOTSET');
  switch (mode) {
    case 'VALID':
      return [0, 0, 0, 0];
    case 'SAME_UPPER':
    case 'SAME_LOWER': {
      const total = (size: number, axis: 0 | 1) =>
        Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + kernel[axis] - size);
      const round = mode === 'SAME_UPPER' ? Math.floor : Math.ceil;
      const [height, width] = [total(input.height, 0), total(input.width, 1)];
      const [top, left] = [round(height / 2), round(width / 2)];
      return [top, left, height - top, width - left];
    }
    case 'NOTSET': {
      const pads = attributes.ints('pads') ?? [0, 0, 0, 0];
      if (pads.length !== 4) unsupported(layer, `padding for ${pads.length / 2} axes; a picture has 2`);
      if (pads.some((value) => value < 0)) unsupported(layer, `negative padding ${pads.join(',')}`);
      return pads as unknown as Pads;
    }
    default:
      return inconsistent(layer, `unknown auto_pad '${shown(mode)}'`);
  }
}
