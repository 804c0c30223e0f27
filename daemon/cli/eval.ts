import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Answer, Fidelity } from '../inference/classify/fidelity.js';
import type { ModelRuntime } from '../inference/model-runtime.js';
import { messageOf } from '../util/error.js';
import type { Labelled } from './labelled-list.js';
import { examples } from './lazy.js';
import { addRuntimeOptions, openRuntime, type RuntimeOptions } from './runtime-options.js';

interface EvalOptions extends RuntimeOptions {
  readonly list: string;
  readonly root?: string;
  readonly json?: boolean;
  readonly confusion?: string;
  readonly against?: string;
}

/** Unreadable pictures that are named; the rest are only counted. */
const problemsShown = 10;

export function register(command: Command): void {
  addRuntimeOptions(command)
    .requiredOption('--list <file>', 'CSV with the columns file and class (a class index)')
    .option('--root <folder>', "folder that the list's files are in (default: the list's own)")
    .option('--json', 'one JSON object')
    .option('--confusion <file>', 'also write the confusion matrix as CSV: a row each true class, a column each answer')
    .option(
      '--against <model>',
      'also compare with the answers of this model, e.g. the float network of a compressed one',
    )
    .action(evaluate);
  examples(command, [
    'zynqnetd eval --list test.csv --root photos/',
    'zynqnetd eval --model zynqnet.zqn --against zynqnet-float.zqn --list labels.csv --root val/',
    'zynqnetd eval --model zynqnet.zqn --list labels.csv --root val/ --json --confusion confusion.csv',
  ]);
}

async function evaluate(options: EvalOptions): Promise<void> {
  const { parseLabelledList } = await import('./labelled-list.js');
  const { ScoreSheet } = await import('./score-sheet.js');
  const { inOrder } = await import('./ordered.js');
  const { Progress } = await import('./progress-line.js');
  const text = await readFile(options.list, 'utf8');
  const runtime = await openRuntime(options);
  const { labels } = runtime.model.header;
  const list = parseLabelledList(text, options.list, labels.length);
  if (list.length === 0) throw new Error(`${options.list} names no images`);
  const root = options.root ?? dirname(options.list);
  const other = options.against === undefined ? null : await openOther(options.against, labels.length);

  const sheet = new ScoreSheet(labels);
  const progress = new Progress(list.length);
  const problems: string[] = [];
  const given: Answer[] = [];
  const reference: Answer[] = [];
  let done = 0;
  // Enough pictures at once that decoding keeps every core busy beside the engine.
  const width = 2 * availableParallelism();
  for await (const { truth, best, problem, pair } of inOrder(list, width, (item) =>
    answer(runtime, other, root, item),
  )) {
    sheet.add(truth, best);
    if (problem !== undefined) problems.push(problem);
    if (pair !== undefined) {
      given.push(pair[0]);
      reference.push(pair[1]);
    }
    done += 1;
    progress.update(done);
  }
  progress.end();
  runtime.close();
  other?.close();
  report(problems);
  if (options.confusion !== undefined) await writeFile(options.confusion, confusionCsv(sheet.confusion()));
  const summary = sheet.summary();
  const against =
    other === null ? null : (await import('../inference/classify/fidelity.js')).fidelity(given, reference);
  const all = against === null ? summary : { ...summary, against };
  process.stdout.write(options.json ? `${JSON.stringify(all)}\n` : summaryText(summary, against));
  if (summary.unreadable === summary.images) throw new Error('not one image could be read; is --root right?');
}

/** Float models run on the float engine, whatever runs the other. */
async function openOther(model: string, classes: number): Promise<ModelRuntime> {
  const other = await openRuntime({ model, backend: 'auto' });
  if (other.model.header.labels.length === classes) return other;
  other.close();
  throw new Error(`--against ${model}: it has ${other.model.header.labels.length} classes, not ${classes}`);
}

async function answer(runtime: ModelRuntime, other: ModelRuntime | null, root: string, { file, index }: Labelled) {
  const { frameFromFile } = await import('./image-files.js');
  try {
    const frame = await frameFromFile(resolve(root, file));
    const logits = await runtime.infer(await runtime.preprocess(frame));
    const best = runtime.top(logits, 5).map((score) => score.index);
    if (other === null) return { truth: index, best };
    const theirs = await other.infer(await other.preprocess(frame));
    const pair = [runtime.probabilities(logits), other.probabilities(theirs)] as const;
    return { truth: index, best, pair };
  } catch (error) {
    return { truth: index, problem: messageOf(error) };
  }
}

function report(problems: readonly string[]): void {
  for (const problem of problems.slice(0, problemsShown)) process.stderr.write(`counted as wrong: ${problem}\n`);
  const more = problems.length - problemsShown;
  if (more > 0) process.stderr.write(`counted as wrong: ${more} more\n`);
}

function confusionCsv(rows: readonly (readonly number[])[]): string {
  const header = ['class', ...rows.map((_, index) => index)].join(',');
  return `${[header, ...rows.map((row, index) => [index, ...row].join(','))].join('\n')}\n`;
}

function summaryText(
  summary: ReturnType<InstanceType<typeof import('./score-sheet.js').ScoreSheet>['summary']>,
  against: Fidelity | null,
): string {
  const percent = (fraction: number) => `${(fraction * 100).toFixed(2).padStart(6)} %`;
  const rows = summary.perClass.map(
    ({ label, images, top1 }) => `  ${percent(top1)}  ${String(images).padStart(6)}  ${label}`,
  );
  const unreadable = summary.unreadable > 0 ? ` (${summary.unreadable} unreadable, counted as wrong)` : '';
  const fidelity =
    against === null
      ? ''
      : `same top-1 as the other model ${percent(against.agreement)}, divergence ${against.divergence.toFixed(4)} nats an image\n`;
  return `${summary.images} images${unreadable}\ntop-1 ${percent(summary.top1)}\ntop-5 ${percent(summary.top5)}\n${fidelity}\n   top-1   images  class\n${rows.join('\n')}\n`;
}
