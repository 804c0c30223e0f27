import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ImportedModel, importModel } from '../../../daemon/model/import/index.js';
import { encodeModelFile, parseModelFile } from '../../../daemon/model/load.js';
import type { FloatConv } from '../../../daemon/native/addon.js';
import { centreCrop, type Picture, readPicture, squash } from './support/pictures.js';
import { asOnnx, Reference } from './support/reference.js';

// The real networks on real photographs, run by an independent runtime: the import must change nothing.
const shared = new URL('../../../../shared/', import.meta.url).pathname;
const present = existsSync(`${shared}imagenet-sample`) && existsSync(`${shared}zynqnet`);
const images = `${shared}imagenet-sample/images`;

interface Expected {
  images: Record<string, { label: number; top5: [number, number][] }>;
}

function expectedAnswers(file: string): Expected['images'] {
  return (JSON.parse(readFileSync(file, 'utf8')) as Expected).images;
}

/** RGB pixels to what the network takes, by the model's own header: channel order, mean, scale, planes. */
function normalise(pixels: Uint8Array, { header }: ImportedModel): Float32Array {
  const { channels, height, width, order, mean, scale } = header.input;
  const plane = height * width;
  const result = new Float32Array(channels * plane);
  for (let c = 0; c < channels; c++) {
    const source = order === 'bgr' ? channels - 1 - c : c;
    for (let i = 0; i < plane; i++) {
      result[c * plane + i] = ((pixels[i * channels + source] as number) - (mean[c] as number)) * (scale[c] as number);
    }
  }
  return result;
}

function top5(values: Float32Array): number[] {
  return [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number)).slice(0, 5);
}

async function score(model: ImportedModel, prepare: (picture: Picture) => Picture, answers: Expected['images']) {
  const reference = await Reference.of(asOnnx(model));
  const { channels, height, width } = model.header.input;
  const result = { top1: 0, top5: 0, same: 0, sameFirst: 0 };
  for (const file of readdirSync(images)) {
    const answer = answers[file];
    if (answer === undefined) throw new Error(`no answer for ${file}`);
    const { pixels } = prepare(await readPicture(`${images}/${file}`));
    const logits = await reference.run(normalise(pixels, model), [1, channels, height, width]);
    const best = top5(logits);
    result.top1 += Number(best[0] === answer.label);
    result.top5 += Number(best.includes(answer.label));
    result.sameFirst += Number(best[0] === answer.top5[0]?.[0]);
    result.same += Number(best.join() === answer.top5.map(([index]) => index).join());
  }
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
