import { describe, expect, it } from 'vitest';
import { importSources } from '../../../../tools/import/import-model.js';
import { type ImportOptions, parseChoice, parseNumbers, parseSize } from '../../../../tools/import/import-options.js';
import { labelsFor } from '../../../../tools/import/labels.js';
import { importOnnx, refusal, source } from './support/agree.js';
import { network } from './support/networks.js';
import { onnxFile } from './support/onnx-file.js';

const file = onnxFile(network({ input: [1, 3, 9, 8] }));
const prepared = (options: ImportOptions) => importOnnx(file, options).header.preprocessing;

describe('preprocessing', () => {
  it.each([
    [{}, { mode: 'squash', resize: null, crop: false }],
    [{ mode: 'contain' }, { mode: 'contain', resize: null, crop: false }],
    [{ resize: [8, 9] }, { mode: 'squash', resize: null, crop: false }],
    [{ crop: [8, 9] }, { mode: 'cover', resize: null, crop: false }],
    [
      { resize: [10, 12], crop: [8, 9], mode: 'cover' },
      { mode: 'cover', resize: [10, 12], crop: true },
    ],
  ] as [ImportOptions, unknown][])('%j', (options, expected) => {
    expect(prepared(options)).toEqual(expected);
  });

  it.each([
    [{ crop: [9, 8] }, /--crop 9x8: the network's input is 8x9/],
    [{ resize: [12, 12] }, /add --crop 8x9/],
    [{ resize: [4, 4], crop: [8, 9] }, /smaller than the network's input/],
    [{ mean: [1, 2] }, /--mean 1,2: 2 values for 3 channels/],
    [{ scale: [1, 1, 0] }, /--scale 0/],
  ] as [ImportOptions, RegExp][])('refuses %j', (options, reason) => {
    const message = refusal(() => importOnnx(file, options));
    expect(message).toMatch(/^IMPORT_OPTIONS /);
    expect(message).toMatch(reason);
  });

  it('says what it assumed, and nothing where the user said it', () => {
    expect(importOnnx(file).notes.join()).toMatch(/assumed order rgb, mean 0,0,0, scale 1/);
    const { notes, header } = importOnnx(file, { mode: 'cover', order: 'bgr', mean: [1, 2, 3], scale: [0.5] });
    expect(notes.join()).not.toMatch(/assumed/);
    expect(header.input).toMatchObject({ order: 'bgr', mean: [1, 2, 3], scale: [0.5, 0.5, 0.5] });
  });
});

describe('options as text', () => {
  it('reads sizes, numbers and choices', () => {
    expect(parseSize('640x480', '--resize')).toEqual([640, 480]);
    expect(parseNumbers('104, 117,123', '--mean')).toEqual([104, 117, 123]);
    expect(parseChoice('bgr', '--order', ['rgb', 'bgr'])).toBe('bgr');
  });

  it.each(['', '256', '0x5', '5x', '9999x9999', '-1x5', 'ax b'])('refuses the size %j', (text) => {
    expect(refusal(() => parseSize(text, '--crop'))).toMatch(/^IMPORT_OPTIONS --crop/);
  });

  it.each(['', '1,,2', 'one', '1,2,3,4,5', 'NaN', '1e999'])('refuses the numbers %j', (text) => {
    expect(refusal(() => parseNumbers(text, '--mean'))).toMatch(/^IMPORT_OPTIONS --mean/);
  });

  it('refuses other choices', () => {
    expect(refusal(() => parseChoice('grb', '--order', ['rgb', 'bgr']))).toMatch(/expected rgb or bgr/);
  });
});

describe('labels', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `label ${i}`).join('\n');

  it('takes one line for each output, whatever ends the lines', () => {
    expect(labelsFor(3, '\uFEFFa\r\n b b \nc\n\n', 'l.txt', [])).toEqual(['a', 'b b', 'c']);
  });

  it('invents names without a list, and says so', () => {
    const notes: string[] = [];
    expect(labelsFor(2, undefined, '', notes)).toEqual(['class 0', 'class 1']);
    expect(notes.length).toBe(1);
  });

  it('names the spare outputs of a network that was padded to a power of two', () => {
    const notes: string[] = [];
    const labels = labelsFor(1024, lines(1000), 'l.txt', notes);
    expect([labels.length, labels[999], labels[1000]]).toEqual([1024, 'label 999', 'unused 1000']);
    expect(notes[0]).toMatch(/last 24 of 1024/);
  });

  it.each([
    ['too few', 1000, lines(999), /999 labels for a network of 1000 outputs/],
    ['too many', 3, lines(4), /4 labels/],
    ['far too few for padding', 1024, lines(500), /500 labels/],
    ['none', 2, '\n\n', /empty/],
    ['a gap', 3, 'a\n\nc', /line 2 is empty/],
    ['binary', 1, '\u0001\u0002', /line 1 is no UTF-8 text/],
    ['a long line', 1, 'x'.repeat(300), /more than 256 bytes/],
  ])('refuses %s', (_, classes, text, reason) => {
    const message = refusal(() => labelsFor(classes, text, 'l.txt', []));
    expect(message).toMatch(/^IMPORT_LABELS l.txt/);
    expect(message).toMatch(reason);
  });

  it('counts against the network', () => {
    expect(refusal(() => importSources([source('onnx', file)], {}, 'a\nb'))).toMatch(
      /2 labels for a network of 5 outputs/,
    );
  });
});
