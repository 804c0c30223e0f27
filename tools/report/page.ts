/** `model compress --report`: one page that needs nothing but itself. */

import type { LoadedModel } from '../../daemon/model/model-file.js';
import type { CompressResult } from '../compress/compress-model.js';
import type { StepRow } from '../compress/step-table.js';
import { type LayerCosts, layerCosts } from '../inspect/layer-costs.js';
import { bars, curve, escapeHtml, heatmap, histogram, kilobytes } from './charts.js';
import { style } from './style.js';
import { weightHistogram } from './weight-histogram.js';

export interface ReportInput {
  readonly source: LoadedModel;
  readonly result: CompressResult;
  /** true classes of the labelled list, or null without one */
  readonly classes: readonly number[] | null;
}

const histogramsShown = 12;
const largestMatrix = 64;
const confusionsShown = 12;

export function reportHtml({ source, result, classes }: ReportInput): string {
  const last = result.rows.at(-1) as StepRow;
  const name = escapeHtml(source.header.name);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: compression report</title><style>${style}</style></head><body><main>
<h1>${name}, compressed</h1>
<p>${last.fidelity.images} calibration photographs${last.accuracy === null ? '' : `, ${last.accuracy.images} labelled ones`}. File SHA-256 ${escapeHtml(result.model.sha256.slice(0, 16))}…</p>
${cards(result.rows)}
${section('Step by step', '', `<div class="scroll">${stepTable(result.rows)}</div>`)}
${section('Size against accuracy', 'Each step of the recipe: left is smaller, down is less accurate.', `<div class="scroll wide">${curveOf(result.rows)}</div>`)}
${section('Bytes and multiply-accumulates by layer', 'Where the file is large, and where the time goes: seldom the same place.', layers(layerCosts(result.model)))}
${section('Weights before and after clustering', 'Grey: the float weights. Sticks: the shared values and how often they are used. Heights by square root, each to its own peak.', histograms(result))}
${section('Confusion matrix', '', confusion(source, last, classes))}
</main></body></html>
`;
}

function section(title: string, text: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${text === '' ? '' : `<p>${escapeHtml(text)}</p>`}${body}</section>`;
}

function cards(rows: readonly StepRow[]): string {
  const [first, last] = [rows[0] as StepRow, rows.at(-1) as StepRow];
  const float32 = 4 * first.parameters;
  const card = (value: string, what: string): string =>
    `<div><b>${escapeHtml(value)}</b><span>${escapeHtml(what)}</span></div>`;
  const accuracy =
    last.accuracy === null || first.accuracy === null
      ? []
      : [
          card(
            percent(last.accuracy.top1 / last.accuracy.images),
            `top-1, float ${percent(first.accuracy.top1 / first.accuracy.images)}`,
          ),
        ];
  return `<div class="cards">${[
    card(`${last.bytes.toLocaleString('en')}`, 'bytes in the file'),
    card(`${(float32 / last.bytes).toFixed(1)} ×`, `smaller than ${kilobytes(float32)} of float32`),
    card(`${((8 * last.bytes) / last.parameters).toFixed(2)}`, 'bits a parameter'),
    card(percent(last.fidelity.agreement), 'same answer as float'),
    ...accuracy,
  ].join('')}</div>`;
}

function stepTable(rows: readonly StepRow[]): string {
  const labelled = rows.some((row) => row.accuracy !== null);
  const heads = [
    'Step',
    'Parameters',
    'Non-zeros',
    'M MACs',
    'Bytes',
    'Agreement',
    'Divergence',
    ...(labelled ? ['Top-1', 'Top-5'] : []),
  ];
  const body = rows.map((row) => [
    escapeHtml(row.step),
    row.parameters.toLocaleString('en'),
    row.nonZeros.toLocaleString('en'),
    (row.macs / 1e6).toFixed(1),
    row.bytes.toLocaleString('en'),
    percent(row.fidelity.agreement),
    row.fidelity.divergence.toFixed(4),
    ...(row.accuracy === null
      ? []
      : [`${row.accuracy.top1} / ${row.accuracy.images}`, `${row.accuracy.top5} / ${row.accuracy.images}`]),
  ]);
  return table(heads, body);
}

/** Cells are HTML already. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row('th', heads)}</thead><tbody>${rows.map((cells) => row('td', cells)).join('')}</tbody></table>`;
}

function curveOf(rows: readonly StepRow[]): string {
  const labelled = rows.every((row) => row.accuracy !== null);
  const share = (row: StepRow): number =>
    labelled && row.accuracy !== null ? row.accuracy.top1 / row.accuracy.images : row.fidelity.agreement;
  // Entropy coding changes nothing but the bytes that are in the row before already.
  const shown = rows.filter((row) => row.step !== 'entropy-code');
  return curve(
    shown.map((row) => ({ label: row.step, bytes: row.bytes, share: share(row) })),
    labelled ? 'top-1' : 'agreement with float',
  );
}

function layers(costs: readonly LayerCosts[]): string {
  const convs = costs.filter((layer) => layer.macs !== undefined);
  const key =
    '<div class="key"><span><i style="background:var(--a)"></i>bytes</span><span><i style="background:var(--b)"></i>M MACs</span></div>';
  const rows = convs.map((layer) => ({
    label: layer.name,
    a: layer.bytes ?? 0,
    b: layer.macs ?? 0,
    aText: `${kilobytes(layer.bytes ?? 0)}, ${(layer.bitsPerWeight ?? 0).toFixed(1)} b`,
    bText: ((layer.macs ?? 0) / 1e6).toFixed(1),
  }));
  return `${key}<div class="scroll wide">${bars(rows)}</div>`;
}

function histograms(result: CompressResult): string {
  const costs = layerCosts(result.model).filter((layer) => layer.macs !== undefined);
  const largest = [...costs.keys()]
    .sort((a, b) => (costs[b]?.weights ?? 0) - (costs[a]?.weights ?? 0))
    .slice(0, histogramsShown);
  const charts = largest
    .sort((a, b) => a - b)
    .map((i) => {
      const before = result.before.convs[i];
      const shape = before === undefined ? null : weightHistogram(before, result.model.native.conv(i));
      if (shape === null) return '';
      return `<figure style="margin:0"><figcaption>${escapeHtml(costs[i]?.name ?? '')} <span style="color:var(--soft)">${shape.after.length} values</span></figcaption>${histogram(shape)}</figure>`;
    })
    .join('');
  return charts === '' ? '<p>The weights were not quantized.</p>' : `<div class="many">${charts}</div>`;
}

function confusion(source: LoadedModel, last: StepRow, classes: readonly number[] | null): string {
  if (last.accuracy === null || classes === null) return '<p>Give a labelled list (--list) to have one.</p>';
  const { labels } = source.header;
  const { answers } = last.accuracy;
  const group = Math.ceil(labels.length / largestMatrix);
  const size = Math.ceil(labels.length / group);
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const pairs = new Map<string, number>();
  for (const [i, truth] of classes.entries()) {
    const answer = answers[i] ?? 0;
    const row = counts[Math.floor(truth / group)] as number[];
    const column = Math.floor(answer / group);
    row[column] = (row[column] ?? 0) + 1;
    if (truth !== answer) pairs.set(`${truth} ${answer}`, (pairs.get(`${truth} ${answer}`) ?? 0) + 1);
  }
  const worst = [...pairs].sort((a, b) => b[1] - a[1]).slice(0, confusionsShown);
  const label = (index: string | undefined): string =>
    escapeHtml(
      (labels[Number(index)] ?? '')
        .replace(/^n\d{8} /, '')
        .split(',')[0]
        ?.slice(0, 28) ?? '',
    );
  const rows = worst.map(([pair, count]) => [label(pair.split(' ')[0]), label(pair.split(' ')[1]), String(count)]);
  const text =
    group === 1
      ? 'One cell a class.'
      : `${labels.length} classes in ${size} groups of ${group}, in the order of the labels.`;
  return (
    `<p>${text} On the diagonal the answer is right.</p><div class="two"><div>${heatmap(counts, 'shown', 'answered')}</div>` +
    `<div class="scroll">${table(['Shown', 'Answered', 'Times'], rows)}</div></div>`
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
