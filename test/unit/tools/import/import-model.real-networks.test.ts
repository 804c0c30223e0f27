import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeModelFile, parseModelFile } from '../../../../daemon/model/model-file.js';
import type { FloatConv } from '../../../../daemon/native/addon.js';
import { loadAddon } from '../../../../daemon/native/load.js';
import { type ImportedModel, importModel } from '../../../../tools/import/import-model.js';
import { centreCrop, type Picture, readPicture, squash } from './support/pictures.js';

// The real networks on real photographs, against the answers of an independent runtime: importing, storing and running
// them must change nothing.
const shared = new URL('../../../../../shared/', import.meta.url).pathname;
const present = existsSync(`${shared}imagenet-sample`) && existsSync(`${shared}zynqnet`);
const images = `${shared}imagenet-sample/images`;

interface Expected {
  images: Record<string, { label: number; top5: [number, number][] }>;
}

function expectedAnswers(file: string): Expected['images'] {
  return (JSON.parse(readFileSync(file, 'utf8')) as Expected).images;
}

/** Interleaved RGB in the order that the network wants. */
function ordered({ pixels }: Picture, order: 'rgb' | 'bgr'): Uint8Array {
  return order === 'rgb' ? pixels : pixels.map((_, i) => pixels[i + 2 - 2 * (i % 3)] as number);
}

function top5(values: Float32Array): number[] {
  return [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number)).slice(0, 5);
}

/** Writes the model, reads it back, and runs all photographs on the native float engine. */
async function score(model: ImportedModel, prepare: (picture: Picture) => Picture, answers: Expected['images']) {
  const { native } = parseModelFile(encodeModelFile(model.description), model.header.name);
  const engine = loadAddon().createEngine(native, { backend: 'float' });
  const result = { top1: 0, top5: 0, same: 0, sameFirst: 0 };
  for (const file of readdirSync(images)) {
    const answer = answers[file];
    if (answer === undefined) throw new Error(`no answer for ${file}`);
    const picture = prepare(await readPicture(`${images}/${file}`));
    const best = top5((await engine.run(ordered(picture, model.header.input.order))) as Float32Array);
    result.top1 += Number(best[0] === answer.label);
    result.top5 += Number(best.includes(answer.label));
    result.sameFirst += Number(best[0] === answer.top5[0]?.[0]);
    result.same += Number(best.join() === answer.top5.map(([index]) => index).join());
  }
  engine.close();
  return result;
}

describe.skipIf(!present)('real networks on 200 photographs', () => {
  it('imports ZynqNet from ONNX without changing one answer', async () => {
    const labels = `${shared}imagenet-sample/synset_words.txt`;
    const model = await importModel([`${shared}zynqnet/zynqnet.onnx`], {
      labels,
      mode: 'cover',
      order: 'bgr',
      mean: [104, 117, 123],
      scale: [1],
    });
    expect(model.header.labels.slice(999, 1001)).toEqual([
      'n15075141 toilet tissue, toilet paper, bathroom tissue',
      'unused 1000',
    ]);
    const result = await score(
      model,
      (picture) => centreCrop(picture, 256),
      expectedAnswers(`${shared}zynqnet/float-top5.json`),
    );
    expect(result).toEqual({ top1: 144, top5: 187, same: 200, sameFirst: 200 });
  }, 300_000);

  it('imports SqueezeNet from its Deep Compression file', async () => {
    const folder = `${shared}deep-compression/`;
    const files = [`${folder}SqueezeNet_deploy.prototxt`, `${folder}compressed_SqueezeNet.net`];
    const model = await importModel(files, { resize: [256, 256], crop: [227, 227] });
    expect(model.header.input).toMatchObject({ order: 'bgr', mean: [104, 117, 123], scale: [1, 1, 1] });
    const file = encodeModelFile(model.description);
    expect(file.length).toBeLessThanOrEqual(540_000);
    const { native } = parseModelFile(file, 'squeezenet');
    model.description.convs.forEach((conv, i) => {
      const stored = native.conv(i) as FloatConv;
      expect(Buffer.from(stored.weights.buffer).equals(Buffer.from(conv.weights.buffer)), `layer ${i}`).toBe(true);
    });
    const answers = expectedAnswers(`${shared}imagenet-sample/float-top5.json`);
    const result = await score(model, (picture) => centreCrop(squash(picture, 256), 227), answers);
    expect(result).toEqual({ top1: 136, top5: 175, same: 200, sameFirst: 200 });
  }, 300_000);
});
