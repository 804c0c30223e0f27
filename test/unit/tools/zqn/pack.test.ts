import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadModel, parseModelFile } from '../../../../daemon/model/model-file.js';
import type { Int8Conv } from '../../../../daemon/native/addon.js';
import { packModel } from '../../../../tools/zqn/pack.js';
import { smallModel } from '../../../support/small-model.js';

const source = parseModelFile(smallModel(), 'source.zqn');
const conv = source.native.conv(0) as Int8Conv;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zynqnet-pack-'));
  const put = (name: string, data: string | Uint8Array) => writeFile(path.join(folder, name), data);
  await put('header.json', JSON.stringify(source.header, null, 2));
  await put('00.weights.i8', new Uint8Array(conv.weights.buffer));
  await put('00.bias.i32', new Uint8Array(conv.bias.buffer));
  await put('logitScale.f32', new Uint8Array(source.native.logitScale.buffer));
  await put('logitOffset.f32', new Uint8Array(source.native.logitOffset.buffer));
});

afterEach(() => rm(folder, { recursive: true }));

it('packs what training exports into the file that it came from', async () => {
  const output = path.join(folder, 'out.zqn');
  await packModel(folder, output);
  const model = await loadModel(output);
  expect(model.header).toEqual(source.header);
  expect(model.native.conv(0)).toEqual(conv);
  expect(model.native.logitScale).toEqual(source.native.logitScale);
  expect(model.native.logitOffset).toEqual(source.native.logitOffset);
});

it.each([
  ['a missing array', 'MODEL_FILE', (f: string) => rm(path.join(f, '00.bias.i32'))],
  ['an array of the wrong size', 'MODEL_FILE', (f: string) => writeFile(path.join(f, '00.weights.i8'), 'abc')],
  ['a broken header', 'MODEL_HEADER', (f: string) => writeFile(path.join(f, 'header.json'), '{"name":1}')],
  ['weight -128', 'MODEL_SECTION', (f: string) => writeFile(path.join(f, '00.weights.i8'), Buffer.alloc(9, 0x80))],
])('refuses %s and writes nothing', async (_what, code, damage) => {
  await damage(folder);
  await expect(packModel(folder, path.join(folder, 'out.zqn'))).rejects.toMatchObject({ code });
  expect((await readdir(folder)).filter((name) => name.includes('out'))).toEqual([]);
});
