import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fidelity } from '../../../../daemon/inference/classify/fidelity.js';
import { encodeModelFile, type LoadedModel, parseModelFile } from '../../../../daemon/model/model-file.js';
import { prepare } from '../../../../tools/compress/calibration-images.js';
import { compressModel } from '../../../../tools/compress/compress-model.js';
import { accuracy, answersOf } from '../../../../tools/compress/evaluate.js';
import { networkOf } from '../../../../tools/compress/float-network.js';
import { removeDeadChannels } from '../../../../tools/compress/prune-channels.js';
import { defaultRecipe, parseRecipe, type Recipe } from '../../../../tools/compress/recipe.js';
import { importModel } from '../../../../tools/import/import-model.js';
import type { ImportOptions } from '../../../../tools/import/import-options.js';

// The published networks on real photographs. A small part runs always; `npm run test:accuracy` runs everything, which takes
// minutes: calibrated on every second photograph, judged on all.
const shared = new URL('../../../../../shared/', import.meta.url).pathname;
const photographs = join(shared, 'imagenet-sample/images');
const present =
  existsSync(photographs) && existsSync(join(shared, 'zynqnet')) && existsSync(join(shared, 'deep-compression'));
const everything = process.env.ZYNQNETD_ACCURACY === '1';
const labels = join(shared, 'imagenet-sample/synset_words.txt');
const minutes = 60_000;

async function zynqnet(): Promise<LoadedModel> {
  const options: ImportOptions = { labels, mode: 'cover', order: 'bgr', mean: [104, 117, 123], scale: [1] };
  const imported = await importModel([join(shared, 'zynqnet/zynqnet.onnx')], options);
  return parseModelFile(encodeModelFile(imported.description), 'zynqnet');
}

async function squeezenet(): Promise<LoadedModel> {
  const files = ['SqueezeNet_deploy.prototxt', 'compressed_SqueezeNet.net'].map((file) =>
    join(shared, 'deep-compression', file),
  );
  const imported = await importModel(files, { labels, resize: [256, 256], crop: [227, 227] });
  return parseModelFile(encodeModelFile(imported.description), 'squeezenet');
}

function labelled(answers: string, step = 1): { files: string[]; classes: number[] } {
  const { images } = JSON.parse(readFileSync(join(shared, answers), 'utf8')) as {
    images: Record<string, { label: number }>;
  };
  const names = readdirSync(photographs).filter((_, i) => i % step === 0);
  return {
    files: names.map((name) => join(photographs, name)),
    classes: names.map((name) => images[name]?.label ?? -1),
  };
}

async function judge(model: LoadedModel, answers: string, recipe: Recipe) {
  const { files, classes } = labelled(answers);
  const inputs = await prepare(files, model.header, 'COMPRESS_LIST');
  const calibration = inputs.filter((_, i) => i % 2 === 0);
  const result = await compressModel(model, 'model', {
    recipe,
    inputs: calibration,
    labelled: null,
    progress: () => {},
  });
  const given = await answersOf(result.model, inputs);
  return {
    bytes: result.bytes.length,
    ...accuracy(given, classes),
    ...fidelity(given, await answersOf(model, inputs)),
  };
}

describe.skipIf(!present)('published networks', () => {
  it(
    'ZynqNet has 57 channels that go for nothing',
    async () => {
      const network = networkOf(await zynqnet(), 'zynqnet');
      expect(removeDeadChannels(network).removed).toBe(57);
    },
    minutes,
  );

  it(
    'SqueezeNet as int8 keeps its answers, calibrated on ten photographs',
    async () => {
      const model = await squeezenet();
      const inputs = await prepare(
        labelled('imagenet-sample/float-top5.json', 10).files,
        model.header,
        'COMPRESS_LIST',
      );
      const recipe = parseRecipe('cluster: null', 'recipe');
      const result = await compressModel(model, 'model', {
        recipe,
        inputs: inputs.slice(0, 10),
        labelled: null,
        progress: () => {},
      });
      const others = inputs.slice(10);
      const found = fidelity(await answersOf(result.model, others), await answersOf(model, others));
      expect(found.agreement).toBeGreaterThanOrEqual(0.8); // of ten
      expect(found.divergence).toBeLessThan(0.05);
    },
    minutes,
  );
});

describe.skipIf(!present || !everything)('accuracy on 200 photographs', () => {
  it(
    'ZynqNet int8',
    async () => {
      const found = await judge(await zynqnet(), 'zynqnet/float-top5.json', parseRecipe('cluster: null', 'recipe'));
      expect(found.top1).toBeGreaterThanOrEqual(142);
      expect(found.top5).toBeGreaterThanOrEqual(185);
      expect(found.agreement).toBeGreaterThanOrEqual(0.96);
    },
    20 * minutes,
  );

  it(
    'ZynqNet clustered',
    async () => {
      const found = await judge(await zynqnet(), 'zynqnet/float-top5.json', defaultRecipe);
      expect(found.bytes).toBeLessThanOrEqual(1_300_000);
      expect(found.top1).toBeGreaterThanOrEqual(142);
    },
    30 * minutes,
  );

  it(
    'SqueezeNet clustered',
    async () => {
      const found = await judge(await squeezenet(), 'imagenet-sample/float-top5.json', defaultRecipe);
      expect(found.bytes).toBeLessThanOrEqual(480_000);
      expect(found.top1).toBeGreaterThanOrEqual(133);
      expect(found.top5).toBeGreaterThanOrEqual(173);
      expect(found.agreement).toBeGreaterThanOrEqual(0.92);
    },
    30 * minutes,
  );
});
