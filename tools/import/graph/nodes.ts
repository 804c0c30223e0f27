/** The network between a file's reader and the `.zqn` writer: single assignment, in execution order. */

/** Channels, height and width of one picture's activations; a flat vector keeps the shape it was flattened from. */
export interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** top, left, bottom, right */
export type Pads = readonly [number, number, number, number];

interface Common {
  /** the layer's name in the file, for messages and for the result */
  readonly name: string;
  inputs: number[];
  output: number;
}

/** Convolution; weights in the order [output channel][input channel][ky][kx]. A dense layer is one without padding. */
export interface ConvNode extends Common {
  readonly kind: 'conv';
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly pads: Pads;
  weights: Float32Array;
  bias: Float32Array;
  relu: boolean;
}

/** y = scale[c] * x + shift[c]: batch normalisation and constant factors, in double precision until folded. */
export interface AffineNode extends Common {
  readonly kind: 'affine';
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

export interface ReluNode extends Common {
  readonly kind: 'relu';
}

/** 3x3, stride 2 */
interface MaxPoolNode extends Common {
  readonly kind: 'maxpool';
  readonly pads: Pads;
  readonly ceil: boolean;
}

/** Average over all positions. */
export interface GapNode extends Common {
  readonly kind: 'gap';
}

export interface ConcatNode extends Common {
  readonly kind: 'concat';
}

export type Node = ConvNode | AffineNode | ReluNode | MaxPoolNode | GapNode | ConcatNode;

/** Per channel of the network input: real = (pixel - mean) * scale. */
export interface Normalisation {
  readonly mean: number[];
  readonly scale: number[];
}

export interface Graph {
  /** by value number */
  readonly shapes: Shape[];
  nodes: Node[];
  /** value numbers */
  readonly input: number;
  output: number;
}

/** How a message names a layer: "layer 'conv1' (Conv)". */
export function layerName(name: string, operator?: string): string {
  return operator === undefined ? `layer '${name}'` : `layer '${name}' (${operator})`;
}
