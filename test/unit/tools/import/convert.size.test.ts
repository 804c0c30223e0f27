import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../../tools/import/convert.js';

const shared = path.resolve('../shared');
const files = ['SqueezeNet_deploy.prototxt', 'compressed_SqueezeNet.net'].map((name) =>
  path.join(shared, 'deep-compression', name),
);
const labels = path.join(shared, 'imagenet-sample', 'synset_words.txt');

describe.skipIf(!files.every((file) => existsSync(file)))('SqueezeNet v1.0 stored exactly', () => {
  it('takes at most 540,000 bytes, labels and all', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'zynqnet-size-'));
    try {
      const output = path.join(folder, 'squeezenet.zqn');
      await convertModel(files, output, existsSync(labels) ? { labels } : {});
      expect((await stat(output)).size).toBeLessThanOrEqual(540_000);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 180_000);
});
