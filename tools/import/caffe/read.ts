import { GraphBuilder, type Value } from '../graph/builder.js';
import { type Graph, layerName } from '../graph/nodes.js';
import { inconsistent, shown, unsupported } from '../import-errors.js';
import { limits } from '../limits.js';
import { parseText } from '../protobuf.js';
import { DeepCompression } from './deep-compression.js';
import { inputOf, isInput } from './input.js';
import { layerTypes } from './layers.js';
import { type Layer, layersOf, type NetProto, netType, runs, type TransformationParameter } from './proto.js';
import { CaffeModel, type WeightSource } from './weights.js';

export interface CaffeFiles {
  readonly prototxt: string;
  readonly prototxtName: string;
  readonly weights: Uint8Array;
  readonly weightsName: string;
  readonly kind: 'caffemodel' | 'deep-compression';
}

export interface CaffeNetwork {
  readonly graph: Graph;
  readonly inputName: string;
  readonly name: string;
  readonly transform?: TransformationParameter | undefined;
}

/** Layers of training and testing that have no part in an answer. */
const losses = new Set([
  'SoftmaxWithLoss',
  'SigmoidCrossEntropyLoss',
  'MultinomialLogisticLoss',
  'InfogainLoss',
  'HingeLoss',
]);
const spectators = new Set(['Accuracy', 'Silence', 'ArgMax']);

/**
 * Reads a Caffe network (`layer` or the older `layers`) and its weights. Throws ZynqnetError: IMPORT_FORMAT,
 * IMPORT_GRAPH, IMPORT_WEIGHTS or IMPORT_UNSUPPORTED with the layer's name.
 */
export function readCaffe(files: CaffeFiles, size?: { height: number; width: number }): CaffeNetwork {
  const net = parseText<NetProto>(netType, files.prototxt, files.prototxtName);
  const layers = layersOf(net).filter(runs);
  if (layers.length > 4 * limits.ops) unsupported(files.prototxtName, `${layers.length} layers; far more than fit`);
  const weights = openWeights(files, layers);
  const picture = inputOf(net, layers, files.prototxtName, size);
  const walk = new Walk(weights, picture.name, picture.shape);
  for (const layer of layers) {
    if (!isInput(layer)) walk.run(layer);
  }
  const graph = walk.finish(files.prototxtName);
  if (weights instanceof DeepCompression) weights.finish();
  return { graph, inputName: picture.name, name: net.name, transform: picture.transform };
}

function openWeights(files: CaffeFiles, layers: readonly Layer[]): WeightSource {
  if (files.kind === 'caffemodel') return new CaffeModel(files.weights, files.weightsName);
  const weighted = layers.filter(({ type }) => type === 'Convolution' || type === 'InnerProduct');
  return new DeepCompression(files.weights, files.weightsName, weighted.length);
}

/** Goes through the layers in order; a blob that a layer writes in place gets a new value under the same name. */
class Walk {
  readonly #builder = new GraphBuilder();
  readonly #blobs = new Map<string, Value>();
  /** blobs that nobody has read yet, and those that a loss reads: the answer is among them */
  readonly #open = new Set<string>();
  readonly #scored = new Set<string>();
  readonly #weights: WeightSource;
  readonly #input: Value;

  constructor(weights: WeightSource, inputName: string, shape: Value['shape']) {
    this.#weights = weights;
    this.#input = this.#builder.input(inputName, shape);
    this.#blobs.set(inputName, this.#input);
  }

  run({ type, proto }: Layer): void {
    const label = layerName(shown(proto.name), shown(type));
    if (losses.has(type)) {
      if (proto.bottom[0] !== undefined) this.#scored.add(proto.bottom[0]);
      return;
    }
    if (spectators.has(type)) return;
    const run = Object.hasOwn(layerTypes, type) ? layerTypes[type] : undefined;
    if (run === undefined) unsupported(label, 'this kind of layer does not run on the accelerator');
    const inputs = proto.bottom.map((bottom) => this.#read(label, bottom));
    const [first] = inputs;
    if (first === undefined) inconsistent(label, 'has no bottom');
    if (inputs.length > 1 && type !== 'Concat') unsupported(label, `reads ${inputs.length} layers at once`);
    const value = run({ label, proto, builder: this.#builder, weights: this.#weights, inputs }, first);
    if (proto.top.length === 0) inconsistent(label, 'has no top');
    if (proto.top.length > 1 && type !== 'Split') unsupported(label, `writes ${proto.top.length} results`);
    for (const top of proto.top) this.#write(label, top, value, proto.bottom);
  }

  finish(file: string): Graph {
    const answers = this.#scored.size > 0 ? this.#scored : this.#open;
    const [name, ...others] = answers;
    if (name === undefined) inconsistent(file, 'the network has no result');
    if (others.length > 0) {
      unsupported(
        file,
        `the network has ${answers.size} results (${shown([...answers].join(', '))}); a classifier has one`,
      );
    }
    return this.#builder.finish(this.#input, this.#read(`result '${shown(name)}'`, name));
  }

  #read(label: string, bottom: string): Value {
    const value = this.#blobs.get(bottom);
    if (value === undefined) inconsistent(label, `reads '${shown(bottom)}', which nothing before it writes`);
    this.#open.delete(bottom);
    return value;
  }

  #write(label: string, top: string, value: Value, bottoms: readonly string[]): void {
    if (this.#blobs.has(top) && !bottoms.includes(top)) inconsistent(label, `writes '${shown(top)}' a second time`);
    this.#blobs.set(top, value);
    this.#open.add(top);
  }
}
