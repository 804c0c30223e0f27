import path from 'node:path';
import { readCaffe } from './caffe/read.js';
import type { Graph } from './graph/nodes.js';
import { damaged, refuse } from './import-errors.js';
import { readOnnx } from './onnx/read.js';
import type { Defaults } from './preprocessing.js';
import type { SourceFile } from './source-files.js';

/** A network as read, whatever the format, with what the format suggests for its pictures. */
export interface SourceNetwork {
  readonly format: 'onnx' | 'caffe' | 'deep-compression';
  readonly name: string;
  readonly graph: Graph;
  readonly inputName: string;
  readonly defaults: Defaults;
  /** for the model's provenance */
  readonly details: Readonly<Record<string, string | number>>;
}

type Area = { height: number; width: number };

/** Reads the one network that the files make up, in any order. */
export function readNetwork(files: readonly SourceFile[], area?: Area): SourceNetwork {
  const [first, second] = files;
  if (files.length === 1 && first?.kind === 'onnx') return onnxNetwork(first, area);
  const text = files.find(({ kind }) => kind === 'prototxt');
  const weights = files.find(({ kind }) => kind === 'caffemodel' || kind === 'deep-compression');
  if (files.length === 2 && text !== undefined && weights !== undefined) return caffeNetwork(text, weights, area);
  if (files.length === 1 && first !== undefined) {
    const missing = first.kind === 'prototxt' ? 'its .caffemodel or .net' : 'its .prototxt';
    damaged(`${first.name}: a Caffe network is two files; also give ${missing}`);
  }
  const given = files.map(({ name }) => name).join(', ');
  return refuse(
    'IMPORT_OPTIONS',
    `${given || 'no file'}: give one .onnx, or a .prototxt and ${second ? 'one' : 'its'} .caffemodel or .net`,
  );
}

function onnxNetwork(file: SourceFile, area: Area | undefined): SourceNetwork {
  const { graph, inputName, producer, opset } = readOnnx(file.bytes, file.name, area);
  const reason = 'ONNX files do not say how pictures are prepared';
  const defaults: Defaults = { order: 'rgb', mean: [0], scale: [1], reason };
  return { format: 'onnx', name: stem(file.name), graph, inputName, defaults, details: { producer, opset } };
}

/** The mean colour of ImageNet, blue first: what Caffe's own networks subtract. */
const caffeMean = [104, 117, 123] as const;

function caffeNetwork(text: SourceFile, weights: SourceFile, area: Area | undefined): SourceNetwork {
  const kind = weights.kind === 'caffemodel' ? 'caffemodel' : 'deep-compression';
  const network = readCaffe(
    {
      prototxt: Buffer.from(text.bytes.buffer, text.bytes.byteOffset, text.bytes.byteLength).toString('utf8'),
      prototxtName: text.name,
      weights: weights.bytes,
      weightsName: weights.name,
      kind,
    },
    area,
  );
  const { graph, inputName, transform } = network;
  const colour = graph.shapes[graph.input]?.channels === 3;
  const listed = transform?.mean_value ?? [];
  const written = listed.length > 0;
  const defaults: Defaults = {
    order: 'bgr',
    mean: written ? listed : colour ? caffeMean : [0],
    scale: [transform?.scale ?? 1],
    reason: written ? "Caffe's channel order and the prototxt's mean" : "Caffe's channel order and ImageNet's mean",
  };
  return {
    format: kind === 'caffemodel' ? 'caffe' : 'deep-compression',
    name: stem(weights.name),
    graph,
    inputName,
    defaults,
    details: network.name === '' ? {} : { network: network.name.slice(0, 200) },
  };
}

function stem(file: string): string {
  return path.basename(file, path.extname(file));
}
