/** Topologies side by side, and what single choices of theirs save: all of it computed from the graphs. */
import { type ConvGeometry, convGeometries, convolvedSize, sum } from '../zqn/conv-geometry.js';
import type { Topology } from '../zqn/topologies.js';

export interface TopologyCosts {
  readonly name: string;
  readonly input: string;
  readonly convolutions: number;
  readonly maxPools: number;
  readonly macs: number;
  readonly weights: number;
  readonly float32Bytes: number;
  readonly int8Bytes: number;
  /** bytes of all int8 activations, and of the largest tensor */
  readonly activationBytes: number;
  readonly largestTensorBytes: number;
  /** MACs that padding wastes on zeros */
  readonly paddingMacs: number;
  /** further MAC slots that idle when rows are worked on in blocks of `rowBlock` positions */
  readonly idleShare: number;
}

export interface Saving {
  readonly choice: string;
  readonly instead: string;
  readonly macs: number;
  readonly macsInstead: number;
  readonly note: string;
}

/** Output positions that an array of multipliers works on side by side. */
const rowBlock = 8;

export function topologyCosts(topology: Topology): TopologyCosts {
  const convs = convGeometries(topology);
  const macs = sum(convs.map((conv) => conv.macs));
  const weights = sum(convs.map((conv) => conv.weights));
  const [input] = topology.tensors;
  const bytes = topology.tensors.map(({ channels, height, width }) => channels * height * width);
  return {
    name: topology.name,
    input: input === undefined ? '' : `${input.width}x${input.height}`,
    convolutions: convs.length,
    maxPools: topology.ops.filter((op) => op.op === 'maxpool').length,
    macs,
    weights,
    float32Bytes: 4 * weights,
    int8Bytes: weights,
    activationBytes: sum(bytes),
    largestTensorBytes: Math.max(...bytes),
    paddingMacs: sum(convs.map(paddingMacs)),
    idleShare: sum(convs.map((conv) => conv.macs * (blocked(conv.outputWidth) / conv.outputWidth))) / macs - 1,
  };
}

const blocked = (width: number): number => Math.ceil(width / rowBlock) * rowBlock;

/** MACs whose input lies in the padding. */
function paddingMacs(conv: ConvGeometry): number {
  const { op } = conv;
  const inside = (size: number, output: number, kernel: number, pad: number): number => {
    let taps = 0;
    for (let o = 0; o < output; o++) {
      for (let k = 0; k < kernel; k++) {
        const at = o * op.stride + k - pad;
        if (at >= 0 && at < size) taps += 1;
      }
    }
    return taps;
  };
  const rows = inside(conv.inputHeight, conv.outputHeight, op.kernel[0], op.pad[0]);
  const columns = inside(conv.inputWidth, conv.outputWidth, op.kernel[1], op.pad[1]);
  return conv.macs - rows * columns * op.input.channels * conv.outputs;
}

/** What ZynqNet's choices save (Gschwend 2016, section 3.4), each undone on its own. */
export function savings(topology: Topology): Saving[] {
  const convs = convGeometries(topology);
  const macs = sum(convs.map((conv) => conv.macs));
  const pooled = sum(convs.map(unstridedMacs));
  const last = convs.at(-1);
  const padded = last === undefined ? macs : macs - last.macs + paddedMacs(last);
  const strided = convs.filter((conv) => conv.op.stride === 2).length;
  const odd = oddWidths(topology);
  return [
    {
      choice: `${strided} strided convolutions`,
      instead: 'the same convolutions at stride 1, each followed by a 3x3/2 max-pool',
      macs,
      macsInstead: pooled,
      note: 'and one operator fewer for the accelerator to have',
    },
    {
      choice: 'no padding on conv10',
      instead: 'padding 1 on the 1x1 convolution, as in SqueezeNet v1.0',
      macs,
      macsInstead: padded,
      note: 'the border would hold nothing but ReLU(bias)',
    },
    {
      choice: 'power-of-two sizes',
      instead: `a 227x227 input (widths ${odd.widths.join(', ')}), rows in blocks of ${rowBlock}`,
      macs: 0,
      macsInstead: odd.idleMacs,
      note: 'MAC slots that idle at row ends; addresses become shifts besides',
    },
  ];
}

function unstridedMacs(conv: ConvGeometry): number {
  if (conv.op.stride === 1) return conv.macs;
  const { kernel, pad } = conv.op;
  const height = convolvedSize(conv.inputHeight, kernel[0], 1, pad[0] + pad[2]);
  const width = convolvedSize(conv.inputWidth, kernel[1], 1, pad[1] + pad[3]);
  return conv.weights * height * width;
}

function paddedMacs(conv: ConvGeometry): number {
  const { kernel, stride } = conv.op;
  return (
    conv.weights *
    convolvedSize(conv.inputHeight, kernel[0], stride, 2) *
    convolvedSize(conv.inputWidth, kernel[1], stride, 2)
  );
}

/** The same layers on a 227x227 input: its widths, and the MAC slots that its row ends leave idle. */
function oddWidths(topology: Topology): { widths: number[]; idleMacs: number } {
  const sizes = new Map<number, number>([[0, 227]]);
  let idleMacs = 0;
  for (const { op, weights } of convGeometries(topology)) {
    const size = sizes.get(op.input.tensor) ?? 0;
    const width = convolvedSize(size, op.kernel[1], op.stride, op.pad[1] + op.pad[3]);
    idleMacs += weights * width * (blocked(width) - width);
    if (!('logits' in op.output)) sizes.set(op.output.tensor, width);
  }
  return { widths: [...new Set(sizes.values())], idleMacs };
}
