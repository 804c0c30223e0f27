import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { acceleratorBackends } from '../../../daemon/inference/engine/backends.js';
import { encodeModelFile, parseModelFile } from '../../../daemon/model/model-file.js';
import { DEFAULT_PRESET } from '../../../daemon/native/accelerator-constants.js';
import { prepare } from '../../../tools/compress/calibration-images.js';
import { compressModel } from '../../../tools/compress/compress-model.js';
import { parseRecipe } from '../../../tools/compress/recipe.js';
import { importModel } from '../../../tools/import/import-model.js';
import type { ImportOptions } from '../../../tools/import/import-options.js';
import { haveBuild, zynqnetd } from '../support/daemon-process.js';

// `npm run test:rtl` after `npm run build:rtl`: photographs through the published networks in the Verilated accelerator, by the
// command line, against the CPU. About a minute a photograph. ZYNQNETD_RTL_PRESET chooses the build of the accelerator.
const shared = new URL('../../../../shared/', import.meta.url).pathname;
const photographs = join(shared, 'imagenet-sample/images');
const labels = join(shared, 'imagenet-sample/synset_words.txt');
const wanted = process.env.ZYNQNETD_RTL === '1' && haveBuild && acceleratorBackends().includes('rtl');
const backend = `rtl-${process.env.ZYNQNETD_RTL_PRESET ?? DEFAULT_PRESET}`;
const hours = 3_600_000;

interface Published {
  readonly name: string;
  readonly files: readonly string[];
  readonly options: ImportOptions;
  readonly count: number;
}

const networks: readonly Published[] = [
  {
    name: 'ZynqNet',
    files: ['zynqnet/zynqnet.onnx'],
    options: { labels, mode: 'cover', order: 'bgr', mean: [104, 117, 123], scale: [1] },
    count: 20,
  },
  {
    name: 'SqueezeNet',
    files: ['deep-compression/SqueezeNet_deploy.prototxt', 'deep-compression/compressed_SqueezeNet.net'],
    options: { labels, resize: [256, 256], crop: [227, 227] },
    count: 5,
  },
];

const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-rtl-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Photographs spread over the whole folder. */
function chosen(count: number): string[] {
  const names = readdirSync(photographs).sort();
  const step = Math.floor(names.length / count);
  return names.filter((_, i) => i % step === 0 && i / step < count).map((name) => join(photographs, name));
}

/** The imported network as int8, its weights neither pruned nor clustered; calibrated on ten photographs. */
async function int8Model({ name, files, options }: Published): Promise<string> {
  const imported = await importModel(
    files.map((file) => join(shared, file)),
    options,
  );
  const model = parseModelFile(encodeModelFile(imported.description), name);
  const inputs = await prepare(chosen(10), model.header, 'COMPRESS_LIST');
  const recipe = parseRecipe('cluster: null', 'recipe');
  const { bytes } = await compressModel(model, name, { recipe, inputs, labelled: null, progress: () => {} });
  const file = join(folder, `${name}.zqn`);
  writeFileSync(file, bytes);
  return file;
}

async function answers(on: string, model: string, files: readonly string[]) {
  const ended = await zynqnetd('classify', '--json', '--sums', '--backend', on, '--model', model, ...files);
  expect(ended.stderr.replace(/[^\n]*\r/g, '')).not.toMatch(/error/i);
  expect(ended.code).toBe(0);
  return ended.stdout
    .trim()
    .split('\n')
    .map((line) => {
      const { latencyMs: _, ...answer } = JSON.parse(line) as { latencyMs: number; sums: number[] };
      return answer;
    });
}

for (const network of networks) {
  const present = network.files.every((file) => existsSync(join(shared, file))) && existsSync(photographs);
  describe.skipIf(!wanted || !present)(network.name, () => {
    it(
      `answers ${network.count} photographs on ${backend} as the CPU does, byte for byte`,
      async () => {
        const model = await int8Model(network);
        const files = chosen(network.count);
        expect(files).toHaveLength(network.count);
        const expected = await answers('cpu', model, files);
        expect(expected[0]?.sums.length).toBeGreaterThanOrEqual(1000);
        expect(await answers(backend, model, files)).toEqual(expected);
      },
      4 * hours,
    );
  });
}
