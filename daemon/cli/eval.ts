import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Network } from '../app/network.js';
import type { Labelled } from './labelled-list.js';
import { examples } from './lazy.js';
import { addNetworkOptions, type NetworkOptions, openNetwork } from './network-options.js';

interface EvalOptions extends NetworkOptions {
  readonly list: string;
  readonly root?: string;
  readonly json?: boolean;
  readonly confusion?: string;
}

/** Unreadable pictures that are named; the rest are only counted. */
const problemsShown = 10;

export function register(command: Command): void {
  addNetworkOptions(command)
    .requiredOption('--list <file>', 'CSV with the columns file and class (a class index)')
    .option('--root <folder>', "folder that the list's files are in (default: the list's own)")
    .option('--json', 'one JSON object')
    .option('--confusion <file>', 'also write the confusion matrix as CSV: a row each true class, a column each answer')
    .action(evaluate);
  examples(command, [
    'zynqnetd eval --list test.csv --root photos/',
    'zynqnetd eval --model zynqnet.zqn --list labels.csv --root val/ --json --confusion confusion.csv',
  ]);
}

async function evaluate(options: EvalOptions): Promise<void> {
  const { parseLabelledList } = await import('./labelled-list.js');
  const { ScoreSheet } = await import('./score-sheet.js');
  const { inOrder } = await import('./ordered.js');
  const { Progress } = await import('./progress.js');
  const text = await readFile(options.list, 'utf8');
  const network = await openNetwork(options);
  const { labels } = network.model.header;
  const list = parseLabelledList(text, options.list, labels.length);
  if (list.length === 0) throw new Error(`${options.list} names no images`);
  const root = options.root ?? dirname(options.list);

  const sheet = new ScoreSheet(labels);
  const progress = new Progress(list.length);
  const problems: string[] = [];
  let done = 0;
  // Enough pictures at once that decoding keeps every core busy beside the engine.
  const width = 2 * availableParallelism();
  for await (const { truth, best, problem } of inOrder(list, width, (item) => answer(network, root, item))) {
    sheet.add(truth, best);
    if (problem !== undefined) problems.push(problem);
    done += 1;
    progress.update(done);
  }
  progress.end();
  network.close();
  report(problems);
  if (options.confusion !== undefined) await writeFile(options.confusion, confusionCsv(sheet.confusion()));
  const summary = sheet.summary();
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : summaryText(summary));
  if (summary.unreadable === summary.images) throw new Error('not one image could be read; is --root right?');
}

async function answer(network: Network, root: string, { file, index }: Labelled) {
  const { frameFromFile } = await import('./images.js');
  try {
    const frame = await frameFromFile(resolve(root, file));
    const logits = await network.infer(await network.preprocess(frame));
    return { truth: index, best: network.top(logits, 5).map((score) => score.index) };
  } catch (error) {
    return { truth: index, problem: error instanceof Error ? error.message : String(error) };
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
): string {
  const percent = (fraction: number) => `${(fraction * 100).toFixed(2).padStart(6)} %`;
  const rows = summary.perClass.map(
    ({ label, images, top1 }) => `  ${percent(top1)}  ${String(images).padStart(6)}  ${label}`,
  );
  const unreadable = summary.unreadable > 0 ? ` (${summary.unreadable} unreadable, counted as wrong)` : '';
  return `${summary.images} images${unreadable}\ntop-1 ${percent(summary.top1)}\ntop-5 ${percent(summary.top5)}\n\n   top-1   images  class\n${rows.join('\n')}\n`;
}
