/**
 * A topology with weights as an ONNX file for onnxruntime, in float32 or in int8. The int8 graph is what onnxruntime's
 * own quantizer writes in its QOperator format: QLinearConv with unsigned activations and signed weights per output
 * channel (its fastest on x64), ReLU folded into the clamp at zero.
 */

import type { ConvOp } from '../../daemon/model/header.js';
import { unreachable } from '../../daemon/util/unreachable.js';
import { messageType } from '../import/protobuf.js';
import { onnxDescriptor } from '../import/schema/onnx.js';
import type { Topology } from '../zqn/topologies.js';
import type { RandomConv } from './random-weights.js';

export type OnnxArithmetic = 'float32' | 'int8';

const dataType = { float: 1, uint8: 2, int8: 3, int32: 6 } as const;
const attributeType = { int: 2, ints: 7 } as const;
/** onnxruntime's last layer is 8 bits wide as well: sums of about 100 fit with room. */
const wideZeroPoint = 128;
const wideScale = 4;

class GraphWriter {
  readonly #topology: Topology;
  readonly #convs: readonly RandomConv[];
  readonly #int8: boolean;
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];
  /** names of the tensors' parts, joined when they are first read */
  readonly #parts: { offset: number; name: string }[][];
  readonly #joined: (string | undefined)[] = ['data'];

  constructor(topology: Topology, convs: readonly RandomConv[], arithmetic: OnnxArithmetic) {
    this.#topology = topology;
    this.#convs = convs;
    this.#int8 = arithmetic === 'int8';
    this.#parts = topology.tensors.map(() => []);
    this.#tensor('one', dataType.float, [], new Float32Array([1]));
    this.#tensor('four', dataType.float, [], new Float32Array([wideScale]));
    this.#tensor('zero', dataType.uint8, [], new Uint8Array([0]));
    this.#tensor('middle', dataType.uint8, [], new Uint8Array([wideZeroPoint]));
  }

  write(): Uint8Array {
    for (const op of this.#topology.ops) {
      switch (op.op) {
        case 'conv':
          this.#conv(op);
          break;
        case 'maxpool':
        case 'gap':
          throw new RangeError(`the bench has no ONNX form for '${op.op}'`);
        default:
          unreachable(op);
      }
    }
    const [input] = this.#topology.tensors;
    const type = messageType(onnxDescriptor, 'onnx.ModelProto');
    return type
      .encode(
        type.fromObject({
          ir_version: 8,
          producer_name: 'zynqnetd bench',
          opset_import: [{ domain: '', version: 13 }],
          graph: {
            name: this.#topology.name,
            node: this.#nodes,
            initializer: this.#initializers,
            input: [
              value('data', this.#int8 ? dataType.uint8 : dataType.float, [
                1,
                input?.channels ?? 0,
                input?.height ?? 0,
                input?.width ?? 0,
              ]),
            ],
            output: [value('logits', dataType.float, [1, this.#topology.classes, 1, 1])],
          },
        }),
      )
      .finish();
  }

  #conv(op: ConvOp): void {
    const conv = this.#convs[op.weights] as RandomConv;
    const wide = 'logits' in op.output;
    const result = wide ? 'wide' : op.name;
    const attributes = [ints('kernel_shape', op.kernel), ints('strides', [op.stride, op.stride]), ints('pads', op.pad)];
    const dims = [op.output.channels, op.input.channels, ...op.kernel];
    const source = this.#source(op.input.tensor);
    if (this.#int8) {
      this.#tensor(`${op.name}.w`, dataType.int8, dims, conv.weights);
      this.#tensor(
        `${op.name}.s`,
        dataType.float,
        [op.output.channels],
        new Float32Array(op.output.channels).fill(conv.scale),
      );
      this.#tensor(`${op.name}.z`, dataType.int8, [op.output.channels], new Int8Array(op.output.channels));
      this.#tensor(`${op.name}.b`, dataType.int32, [op.output.channels], conv.bias);
      const weights = [`${op.name}.w`, `${op.name}.s`, `${op.name}.z`];
      const target = [wide ? 'four' : 'one', wide ? 'middle' : 'zero', `${op.name}.b`];
      this.#node('QLinearConv', [source, 'one', 'zero', ...weights, ...target], result, attributes);
    } else {
      this.#tensor(
        `${op.name}.w`,
        dataType.float,
        dims,
        Float32Array.from(conv.weights, (w) => w * conv.scale),
      );
      this.#tensor(
        `${op.name}.b`,
        dataType.float,
        [op.output.channels],
        Float32Array.from(conv.bias, (b) => b * conv.scale),
      );
      this.#node('Conv', [source, `${op.name}.w`, `${op.name}.b`], op.relu ? `${result}.sum` : result, attributes);
      if (op.relu) this.#node('Relu', [`${result}.sum`], result);
    }
    if (!wide) {
      const { tensor, offset } = op.output as { tensor: number; offset: number };
      this.#parts[tensor]?.push({ offset, name: op.name });
      return;
    }
    if (this.#int8) this.#node('DequantizeLinear', [result, 'four', 'middle'], 'real');
    this.#node('GlobalAveragePool', [this.#int8 ? 'real' : result], 'logits');
  }

  /** The name of a whole tensor; a tensor in parts becomes a Concat. */
  #source(tensor: number): string {
    const known = this.#joined[tensor];
    if (known !== undefined) return known;
    const names = [...(this.#parts[tensor] ?? [])].sort((a, b) => a.offset - b.offset).map((part) => part.name);
    let name = names[0] ?? '';
    if (names.length > 1) {
      name = `join${tensor}`;
      this.#node('Concat', names, name, [{ name: 'axis', type: attributeType.int, i: 1 }]);
    }
    this.#joined[tensor] = name;
    return name;
  }

  #node(op_type: string, input: string[], output: string, attribute: object[] = []): void {
    this.#nodes.push({ op_type, name: `${op_type}:${output}`, input, output: [output], attribute });
  }

  #tensor(name: string, data_type: number, dims: number[], data: ArrayBufferView): void {
    const raw_data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, data_type, dims, raw_data });
  }
}

function ints(name: string, values: readonly number[]): object {
  return { name, type: attributeType.ints, ints: [...values] };
}

function value(name: string, elem_type: number, dims: readonly number[]): object {
  return { name, type: { tensor_type: { elem_type, shape: { dim: dims.map((dim_value) => ({ dim_value })) } } } };
}

/** Throws RangeError for topologies with other operators than convolutions. */
export function onnxModel(topology: Topology, convs: readonly RandomConv[], arithmetic: OnnxArithmetic): Uint8Array {
  return new GraphWriter(topology, convs, arithmetic).write();
}
