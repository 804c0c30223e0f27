import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { FloatConv } from '../../../../../daemon/native/addon.js';
import type { ImportedModel } from '../../../../../tools/import/import-model.js';
import { type NodeSpec, type OnnxSpec, onnxFile, type TensorSpec } from './onnx-file.js';

/** An independent runtime as the judge: what it makes of an ONNX file. `shape` is [batch, channels, height, width]. */
export class Reference {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async of(file: Uint8Array): Promise<Reference> {
    return new Reference(
      await InferenceSession.create(file, { intraOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3 }),
    );
  }

  async run(input: Float32Array, shape: number[]): Promise<Float32Array> {
    const [inputName] = this.#session.inputNames as [string];
    const [outputName] = this.#session.outputNames as [string];
    const result = await this.#session.run({ [inputName]: new Tensor('float32', input, shape) });
    return (result[outputName] as Tensor).data as Float32Array;
  }
}

/**
 * An imported model written out as ONNX again, one operator per operator and views as slices, so that the independent
 * runtime can run what the importer made. Its input is already normalised.
 */
export function asOnnx({ header, description }: ImportedModel): Uint8Array {
  const nodes: NodeSpec[] = [];
  const initializers: Record<string, TensorSpec> = {};
  const written = new Map<number, { offset: number; channels: number; value: string }[]>();
  const logits: { offset: number; value: string }[] = [];

  const whole = (tensor: number): string => {
    if (tensor === 0) return 'data';
    const parts = [...(written.get(tensor) ?? [])].sort((a, b) => a.offset - b.offset);
    const output = `t${tensor}_${nodes.length}`;
    nodes.push({ op: 'Concat', inputs: parts.map(({ value }) => value), output, attributes: { axis: 1 } });
    return output;
  };
  // a view may be read before its tensor is complete, so the parts it covers are joined
  const view = ({ tensor, offset, channels }: { tensor: number; offset: number; channels: number }): string => {
    if (tensor === 0) return 'data';
    const parts = (written.get(tensor) ?? []).filter(
      (part) => part.offset >= offset && part.offset + part.channels <= offset + channels,
    );
    const covered = parts.reduce((sum, part) => sum + part.channels, 0);
    if (covered !== channels)
      throw new Error(`a view of tensor ${tensor} is not made of whole parts: ${whole(tensor)}`);
    const output = `v${nodes.length}`;
    nodes.push({
      op: 'Concat',
      inputs: parts.sort((a, b) => a.offset - b.offset).map(({ value }) => value),
      output,
      attributes: { axis: 1 },
    });
    return output;
  };

  for (const [index, op] of header.ops.entries()) {
    const input = view(op.input);
    let value = `o${index}`;
    if (op.op === 'conv') {
      const { weights, bias } = description.convs[op.weights] as FloatConv;
      initializers[`w${index}`] = { dims: [op.output.channels, op.input.channels, ...op.kernel], values: weights };
      initializers[`b${index}`] = { dims: [op.output.channels], values: bias };
      const attributes = { kernel_shape: op.kernel, strides: [op.stride, op.stride], pads: op.pad };
      nodes.push({ op: 'Conv', inputs: [input, `w${index}`, `b${index}`], output: value, attributes });
      if (op.relu) {
        nodes.push({ op: 'Relu', inputs: [value], output: `r${index}` });
        value = `r${index}`;
      }
    } else if (op.op === 'maxpool') {
      const attributes = {
        kernel_shape: op.kernel,
        strides: [op.stride, op.stride],
        pads: op.pad,
        ceil_mode: op.ceil ? 1 : 0,
      };
      nodes.push({ op: 'MaxPool', inputs: [input], output: value, attributes });
    } else {
      value = input;
    }
    if ('logits' in op.output) {
      nodes.push({ op: 'GlobalAveragePool', inputs: [value], output: `g${index}` });
      logits.push({ offset: op.output.offset, value: `g${index}` });
    } else {
      const parts = written.get(op.output.tensor) ?? [];
      written.set(op.output.tensor, [...parts, { offset: op.output.offset, channels: op.output.channels, value }]);
    }
  }
  const ordered = logits.sort((a, b) => a.offset - b.offset).map(({ value }) => value);
  nodes.push({ op: 'Concat', inputs: ordered, output: 'all', attributes: { axis: 1 } });
  nodes.push({ op: 'Flatten', inputs: ['all'], output: 'logits' });
  const { channels, height, width } = header.input;
  const spec: OnnxSpec = { input: [1, channels, height, width], nodes, initializers };
  return onnxFile(spec);
}
