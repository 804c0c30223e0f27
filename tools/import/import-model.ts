/** Import of trained networks: ONNX, Caffe and Deep Compression files to `.zqn`, weights exactly as they are. */
import path from 'node:path';
import type { ModelHeader } from '../../daemon/model/header.js';
import type { ModelDescription } from '../../daemon/native/addon.js';
import { emit } from './graph/emit.js';
import type { Shape } from './graph/nodes.js';
import type { ImportOptions } from './import-options.js';
import { labelsFor } from './labels.js';
import { sourceLimits } from './limits.js';
import { normalisationFor, preprocessingFor } from './preprocessing.js';
import { readNetwork } from './read-network.js';
import { readBounded, readSource, type SourceFile } from './source-files.js';

export type { ImportOptions } from './import-options.js';

export interface ImportedModel {
  readonly header: ModelHeader;
  /** what `encodeModelFile` takes */
  readonly description: ModelDescription;
  /** what was assumed, and anything else that the user should know */
  readonly notes: readonly string[];
}

/**
 * Reads the network that `files` make up: one ONNX file, or a prototxt and its caffemodel or Deep Compression file.
 * Throws ZynqnetError: IMPORT_FORMAT, IMPORT_GRAPH, IMPORT_WEIGHTS, IMPORT_UNSUPPORTED (naming the layer),
 * IMPORT_LABELS or IMPORT_OPTIONS.
 */
export async function importModel(files: readonly string[], options: ImportOptions = {}): Promise<ImportedModel> {
  const sources = await Promise.all(files.map(readSource));
  const labels = options.labels === undefined ? undefined : await readBounded(options.labels, sourceLimits.textBytes);
  return importSources(sources, options, labels?.toString('utf8'));
}

/** As `importModel`, from bytes. */
export function importSources(
  sources: readonly SourceFile[],
  options: ImportOptions,
  labelText?: string,
): ImportedModel {
  const notes: string[] = [];
  const size = options.crop ?? options.resize;
  const network = readNetwork(sources, size && { width: size[0], height: size[1] });
  const { graph } = network;
  const shape = graph.shapes[graph.input] as Shape;
  const preprocessing = preprocessingFor(shape, options, notes);
  const { order, normalisation } = normalisationFor(shape.channels, options, network.defaults, notes);
  const emitted = emit(graph, normalisation, network.inputName);
  const labels = labelsFor(emitted.classes, labelText, options.labels ?? 'labels', notes);
  const header: ModelHeader = {
    name: printable(options.name ?? network.name),
    arithmetic: 'float32',
    input: { ...shape, order, mean: normalisation.mean.map(Math.fround), scale: normalisation.scale.map(Math.fround) },
    preprocessing,
    labels,
    tensors: emitted.tensors,
    ops: emitted.ops,
    provenance: {
      imported: {
        format: network.format,
        ...network.details,
        files: sources.map(({ name, bytes, sha256 }) => ({
          name: printable(path.basename(name)),
          bytes: bytes.length,
          sha256,
        })),
      },
    },
  };
  const { convs, classes } = emitted;
  // a float engine's answer is the logits themselves
  const logitScale = new Float32Array(classes).fill(1);
  const logitOffset = new Float32Array(classes);
  return { header, description: { headerJson: JSON.stringify(header), convs, logitScale, logitOffset }, notes };
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '_').slice(0, 120) || 'model';
}
