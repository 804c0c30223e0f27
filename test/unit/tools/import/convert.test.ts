import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModel } from '../../../../daemon/model/model-file.js';
import { convertModel } from '../../../../tools/import/convert.js';
import { network } from './support/networks.js';
import { onnxFile } from './support/onnx-file.js';

let folder: string;
const inside = (name: string) => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'import-'));
  writeFileSync(inside('net.onnx'), onnxFile(network({ input: [1, 3, 9, 8] })));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('convertModel', () => {
  it('writes a model that loads, with its source in its provenance', async () => {
    writeFileSync(inside('labels.txt'), 'a\nb\nc\nd\ne\n');
    const made = await convertModel([inside('net.onnx')], inside('net.zqn'), { labels: inside('labels.txt') });
    const loaded = await loadModel(inside('net.zqn'));
    expect(loaded.sha256).toBe(made.sha256);
    expect(loaded.header.labels).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(loaded.header.provenance).toMatchObject({
      imported: { format: 'onnx', opset: 13, files: [{ name: 'net.onnx' }] },
    });
    expect(readdirSync(folder).sort()).toEqual(['labels.txt', 'net.onnx', 'net.zqn']);
  });

  it('makes the same file from the same files', async () => {
    const first = await convertModel([inside('net.onnx')], inside('a.zqn'), {});
    const second = await convertModel([inside('net.onnx')], inside('b.zqn'), {});
    expect(first.sha256).toBe(second.sha256);
  });

  it.each([
    ['damaged', { 'net.onnx': Buffer.from('not a network') }, ['net.onnx'], /IMPORT_FORMAT/],
    ['empty', { 'net.onnx': Buffer.alloc(0) }, ['net.onnx'], /IMPORT_FORMAT.*empty/],
    ['missing', {}, ['gone.onnx'], /IMPORT_FORMAT.*ENOENT/],
    ['of an unknown kind', { 'net.pth': Buffer.from('x') }, ['net.pth'], /IMPORT_FORMAT.*expected .onnx/],
    ['half a pair', { 'net.prototxt': Buffer.from('input: "x"') }, ['net.prototxt'], /IMPORT_FORMAT.*also give/],
    ['a folder', {}, ['.onnx'], /IMPORT_FORMAT/],
  ])('leaves the old model alone when the file is %s', async (_, files, names, reason) => {
    writeFileSync(inside('net.zqn'), 'the old model');
    for (const [name, bytes] of Object.entries(files)) writeFileSync(inside(name), bytes);
    const attempt = convertModel(names.map(inside), inside('net.zqn'), {});
    await expect(attempt.catch((error) => Promise.reject(new Error(`${error.code} ${error.message}`)))).rejects.toThrow(
      reason,
    );
    expect(readFileSync(inside('net.zqn'), 'utf8')).toBe('the old model');
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('does not write over what it reads, nor where it cannot', async () => {
    await expect(convertModel([inside('net.onnx')], inside('net.onnx'), {})).rejects.toMatchObject({
      code: 'IMPORT_OPTIONS',
    });
    await expect(convertModel([inside('net.onnx')], inside('no/such/net.zqn'), {})).rejects.toMatchObject({
      code: 'MODEL_FILE',
    });
  });
});
