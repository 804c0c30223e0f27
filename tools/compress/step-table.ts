/** What each step made of the network: the rows of the final table and of the report. */

import { type Answer, type Fidelity, fidelity } from '../../daemon/inference/classify/fidelity.js';
import type { ModelHeader } from '../../daemon/model/header.js';
import type { LoadedModel } from '../../daemon/model/model-file.js';
import { convGeometries, sum } from '../zqn/conv-geometry.js';
import { type Accuracy, accuracy, answersOf, type LabelledImages } from './evaluate.js';

export interface StepRow {
  readonly step: string;
  readonly parameters: number;
  readonly nonZeros: number;
  readonly macs: number;
  readonly bytes: number;
  readonly fidelity: Fidelity;
  /** null without a labelled list */
  readonly accuracy: Accuracy | null;
}

export interface Judge {
  readonly inputs: readonly Uint8Array[];
  readonly reference: readonly Answer[];
  readonly labelled: LabelledImages | null;
}

export async function measure(step: string, model: LoadedModel, judge: Judge): Promise<StepRow> {
  const found = fidelity(await answersOf(model, judge.inputs), judge.reference);
  const { labelled } = judge;
  return {
    step,
    ...sizes(model.header, model),
    bytes: model.fileBytes,
    fidelity: found,
    accuracy: labelled === null ? null : accuracy(await answersOf(model, labelled.inputs), labelled.classes),
  };
}

function sizes(header: ModelHeader, model: LoadedModel): Pick<StepRow, 'parameters' | 'nonZeros' | 'macs'> {
  const convs = convGeometries(header);
  return {
    parameters: sum(convs.map((conv) => conv.weights + conv.outputs)),
    nonZeros: sum(convs.map((_, i) => model.native.section(i).nonZero)),
    macs: sum(convs.map((conv) => conv.macs)),
  };
}

const columns = ['step', 'parameters', 'non-zeros', 'M MACs', 'bytes', 'agreement', 'top-1', 'top-5'];

/** A text table, numbers right-aligned. */
export function tableText(rows: readonly StepRow[]): string {
  const cells = [columns, ...rows.map(cellsOf)];
  const widths = columns.map((_, c) => Math.max(...cells.map((row) => (row[c] ?? '').length)));
  return cells
    .map((row) =>
      row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  '),
    )
    .join('\n');
}

function cellsOf(row: StepRow): string[] {
  const of = (right: number | undefined): string =>
    row.accuracy === null ? '-' : `${right} of ${row.accuracy.images}`;
  return [
    row.step,
    row.parameters.toLocaleString('en'),
    row.nonZeros.toLocaleString('en'),
    (row.macs / 1e6).toFixed(1),
    row.bytes.toLocaleString('en'),
    `${(100 * row.fidelity.agreement).toFixed(1)} %`,
    of(row.accuracy?.top1),
    of(row.accuracy?.top5),
  ];
}
