import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import type { LoadedModel } from '../../daemon/model/model-file.js';
import type { CompressResult } from '../compress/compress-model.js';
import type { LabelledImages } from '../compress/evaluate.js';

interface Flags {
  calibrate: string;
  images?: string;
  recipe?: string;
  list?: string;
  root?: string;
  report?: string;
  quiet?: boolean;
}

export function register(command: Command): void {
  command
    .argument('<in.zqn>', 'a float32 model, as "zynqnetd model import" writes it')
    .argument('<out.zqn>', 'the int8 model to write')
    .requiredOption(
      '--calibrate <folder>',
      'photographs like those that the network will see; 100 are plenty, no labels',
    )
    .option('--images <count>', 'use at most this many of them (default: 256)')
    .option('--recipe <file>', 'YAML: which steps, how far (docs/compression.md); default: chosen automatically')
    .option('--list <file>', 'CSV with the columns file and class: measures top-1 and top-5 after each step')
    .option('--root <folder>', "folder that the list's files are in (default: the list's own)")
    .option('--report <file.html>', 'one self-contained page with plots')
    .option('--quiet', 'no progress lines')
    .action(compress);
  examples(command, [
    'zynqnetd model compress zynqnet-float.zqn zynqnet.zqn --calibrate photos/',
    'zynqnetd model compress in.zqn out.zqn --calibrate photos/ --recipe recipe.yaml --list test.csv --root test/ --report report.html',
  ]);
}

async function compress(input: string, output: string, flags: Flags): Promise<void> {
  const { loadModel } = await import('../../daemon/model/model-file.js');
  const { saveModelFile } = await import('../zqn/save.js');
  const { compressModel } = await import('../compress/compress-model.js');
  const { checkRecipe, defaultRecipe, readRecipe } = await import('../compress/recipe.js');
  const { calibrationImages } = await import('../compress/calibration-images.js');
  const { tableText } = await import('../compress/step-table.js');
  const progress = flags.quiet ? () => {} : (line: string) => process.stderr.write(`${line}\n`);

  const model = await loadModel(input);
  const recipe = flags.recipe === undefined ? defaultRecipe : await readRecipe(flags.recipe);
  checkRecipe(recipe, model.header, flags.recipe ?? 'the default recipe');
  const labelled = flags.list === undefined ? null : await labelledImages(flags.list, flags.root, model);
  const calibration = await calibrationImages(flags.calibrate, model.header, imageCount(flags.images));
  const result = await compressModel(model, input, { recipe, inputs: calibration.inputs, labelled, progress });
  await saveModelFile(output, result.bytes);
  if (flags.report !== undefined) await writeReport(flags.report, model, result, labelled);
  console.log(tableText(result.rows));
  console.log(`${output}: ${result.bytes.length.toLocaleString('en')} bytes, SHA-256 ${result.model.sha256}`);
}

function imageCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--images: expected a count of at least 1, got "${text}"`);
  return count;
}

async function labelledImages(list: string, root: string | undefined, model: LoadedModel): Promise<LabelledImages> {
  const { parseLabelledList } = await import('../../daemon/cli/labelled-list.js');
  const { prepare } = await import('../compress/calibration-images.js');
  const items = parseLabelledList(await readFile(list, 'utf8'), list, model.header.labels.length);
  if (items.length === 0) throw new Error(`${list} names no images`);
  const files = items.map((item) => path.resolve(root ?? path.dirname(list), item.file));
  return { inputs: await prepare(files, model.header, 'COMPRESS_LIST'), classes: items.map((item) => item.index) };
}

async function writeReport(
  file: string,
  source: LoadedModel,
  result: CompressResult,
  labelled: LabelledImages | null,
): Promise<void> {
  const { reportHtml } = await import('../report/page.js');
  const { saveModelFile } = await import('../zqn/save.js');
  await saveModelFile(file, Buffer.from(reportHtml({ source, result, classes: labelled?.classes ?? null })));
}
