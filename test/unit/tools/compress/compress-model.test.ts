import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { calibrationImages } from '../../../../tools/compress/calibration-images.js';
import { compressModel } from '../../../../tools/compress/compress-model.js';
import { describe as description, loaded } from '../../../../tools/compress/float-network.js';
import { checkRecipe, defaultRecipe, parseRecipe } from '../../../../tools/compress/recipe.js';
import { tableText } from '../../../../tools/compress/step-table.js';
import { reportHtml } from '../../../../tools/report/page.js';
import { randomInputs, randomNetwork } from './support/float-networks.js';

const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-compress-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = loaded(description(randomNetwork(31)), 'small').model;
const inputs = randomInputs(7, 24);

describe('compressing a network', () => {
  it('without a recipe: int8, smaller with every step, nearly the same answers, provenance in the file', async () => {
    const lines: string[] = [];
    const result = await compressModel(source, 'small', {
      recipe: defaultRecipe,
      inputs,
      labelled: null,
      progress: (line) => lines.push(line),
    });
    expect(result.rows.map((row) => row.step)).toEqual(['float', 'prune', 'quantize', 'cluster', 'entropy-code']);
    expect(result.model.header.arithmetic).toBe('int8');
    const row = Object.fromEntries(result.rows.map((r) => [r.step, r]));
    expect(row.quantize?.fidelity.divergence).toBeLessThan(0.05);
    expect(row.cluster?.fidelity.divergence).toBeLessThan(0.2);
    expect(row.cluster?.bytes).toBeLessThan(row.quantize?.bytes ?? 0);
    expect(result.model.header.provenance.compression).toMatchObject({ calibrationImages: 24 });
    expect(lines.some((line) => line.startsWith('cluster:'))).toBe(true);
  });

  it('with every step and a labelled list: a row and both accuracies each, and a report that loads nothing', async () => {
    const recipe = parseRecipe(
      `prune: { weights: { sparsity: 0.2 }, channels: { fraction: 0.1 } }
factorize: { layers: { right: { rank: 4 } } }
cluster: { bits: 4, layers: { first: 6 } }`,
      'recipe',
    );
    checkRecipe(recipe, source.header, 'recipe');
    const labelled = { inputs, classes: inputs.map((_, i) => i % 6) };
    const result = await compressModel(source, 'small', { recipe, inputs, labelled, progress: () => {} });
    expect(result.rows.map((row) => row.step)).toEqual([
      'float',
      'prune',
      'factorize',
      'quantize',
      'cluster',
      'entropy-code',
    ]);
    for (const row of result.rows) expect(row.accuracy?.images).toBe(24);
    expect(tableText(result.rows).split('\n')).toHaveLength(7);
    const values = (i: number): number => result.model.native.section(i).codebookSize;
    expect(values(1)).toBeLessThanOrEqual(16);
    const html = reportHtml({ source, result, classes: labelled.classes });
    expect(html.match(/<svg/g)?.length).toBeGreaterThan(4);
    expect(html).not.toMatch(/(src|href)=|url\(|@import/);
    expect(html).not.toContain('NaN');
  });

  it('refuses a model that is int8 already', async () => {
    const recipe = parseRecipe('cluster: null', 'recipe');
    const { model } = await compressModel(source, 'small', { recipe, inputs, labelled: null, progress: () => {} });
    const again = compressModel(model, 'small', { recipe, inputs, labelled: null, progress: () => {} });
    await expect(again).rejects.toMatchObject({ code: 'COMPRESS_INPUT' });
  });
});

describe('recipes', () => {
  it.each([
    ['cluster: { bits: 0 }', /cluster\.bits/],
    ['cluster: { bits: 9 }', /cluster\.bits/],
    ['prune: { weights: { sparsity: 1 } }', /prune\.weights\.sparsity: .*less than 1/],
    ['prune: { channels: { fraction: -0.1 } }', /prune\.channels\.fraction/],
    ['factorize: { layers: { right: { rank: 0 } } }', /factorize\.layers\.right/],
    ['factorize: { layers: { right: { rank: 7 } } }', /rank: 7 is above the layer's own, 6/],
    ['factorize: { layers: { nowhere: { rank: 1 } } }', /nowhere: there is no such convolution; there are first, left/],
    ['cluster: { layers: { nowhere: 4 } }', /cluster\.layers\.nowhere/],
    ['prune: { channels: { layers: { last: 0.5 } } }', /its channels are the classes/],
    ['{ quantize: null, cluster: { bits: 4 } }', /it needs the quantize step/],
    ['cluster: { bits: 4, maxLoss: 0.1 }', /cluster\.maxLoss: steers "bits: auto" only/],
    ['prune: [', /recipe is no recipe/],
    ['sharpen: true', /sharpen/],
  ])('%s is refused with its reason', (text, reason) => {
    const check = () => checkRecipe(parseRecipe(text, 'recipe'), source.header, 'recipe');
    expect(check).toThrow(reason);
    expect(check).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }));
  });

  it('an empty one is the default', () => {
    expect(parseRecipe('', 'recipe')).toEqual(defaultRecipe);
  });
});

describe('calibration folders', () => {
  it('that are absent, empty or hold non-images are refused, naming the file', async () => {
    await expect(calibrationImages(folder, source.header)).rejects.toMatchObject({ code: 'COMPRESS_CALIBRATION' });
    await expect(calibrationImages(join(folder, 'absent'), source.header)).rejects.toMatchObject({
      code: 'COMPRESS_CALIBRATION',
    });
    await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } }).toFile(join(folder, 'a.png'));
    expect((await calibrationImages(folder, source.header)).inputs[0]).toHaveLength(16 * 16 * 3);
    writeFileSync(join(folder, 'b.txt'), 'no picture');
    await expect(calibrationImages(folder, source.header)).rejects.toThrow(/b\.txt cannot be used/);
  });
});
