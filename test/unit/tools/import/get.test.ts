import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { getModel, publishedModel, whereabouts } from '../../../../tools/import/get.js';
import type { PublishedModel } from '../../../../tools/import/published.js';
import { caffemodel, convLayer, randomWeights } from './support/caffe-file.js';

const conv = { name: 'c1', inputs: 3, outputs: 4, kernel: 3 };
const prototxt = Buffer.from(`input: "data" input_shape { dim: 1 dim: 3 dim: 9 dim: 9 }
${convLayer('data', conv)} layer { name: "p" type: "Pooling" bottom: "c1" top: "p" pooling_param { pool: AVE global_pooling: true } }`);
const weights = Buffer.from(caffemodel(randomWeights([conv])));
const model: PublishedModel = {
  title: 'test',
  repository: 'someone/net',
  licence: 'MIT',
  files: [
    { path: 'model/deploy.prototxt', sha256: createHash('sha256').update(prototxt).digest('hex') },
    { path: 'model/*.caffemodel' },
  ],
  options: { name: 'net', mode: 'cover', order: 'bgr', mean: [1, 2, 3], scale: [1] },
};

let server: Server;
let served: Record<string, Buffer | undefined>;
let origin: string;
let folder: string;
const inside = (name: string) => path.join(folder, name);

beforeAll(async () => {
  server = createServer((request, response) => {
    const body = served[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'get-'));
  served = {
    '/repos/someone/net/contents/model': Buffer.from('[{"name":"deploy.prototxt"},{"name":"snap_1.caffemodel"}]'),
    '/someone/net/HEAD/model/deploy.prototxt': prototxt,
    '/someone/net/HEAD/model/snap_1.caffemodel': weights,
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const get = () => getModel(model, inside('net.zqn'), { origins: { files: origin, listings: origin } });

describe('model get', () => {
  it('fetches, checks and imports; what has no published digest is trusted once and compared later', async () => {
    const first = await get();
    expect(first.files.map(({ name, trust }) => [name, trust])).toEqual([
      ['deploy.prototxt', 'pinned'],
      ['snap_1.caffemodel', 'new'],
    ]);
    expect(first.conversion.header.input).toMatchObject({ order: 'bgr', mean: [1, 2, 3] });
    expect((await get()).files[1]?.trust).toBe('known');
    served['/someone/net/HEAD/model/snap_1.caffemodel'] = Buffer.from(
      caffemodel(randomWeights([{ ...conv, name: 'c1' }, conv]).slice(1)),
    );
    await expect(get()).rejects.toMatchObject({
      code: 'IMPORT_DIGEST',
      message: expect.stringMatching(/the import before this one/),
    });
  });

  it('refuses a file whose digest is not the published one, and writes nothing', async () => {
    served['/someone/net/HEAD/model/deploy.prototxt'] = Buffer.concat([prototxt, Buffer.from('\n')]);
    await expect(get()).rejects.toMatchObject({
      code: 'IMPORT_DIGEST',
      message: expect.stringMatching(/the published original has/),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a missing file', () => delete served['/someone/net/HEAD/model/deploy.prototxt'], /HTTP status 404/],
    [
      'a listing without it',
      () => (served['/repos/someone/net/contents/model'] = Buffer.from('[]')),
      /lists 0 files like/,
    ],
    [
      'a listing of many',
      () =>
        (served['/repos/someone/net/contents/model'] = Buffer.from(
          '[{"name":"a.caffemodel"},{"name":"b.caffemodel"}]',
        )),
      /lists 2 files/,
    ],
    ['a listing that is none', () => (served['/repos/someone/net/contents/model'] = Buffer.from('<html>')), /not JSON/],
  ])('says why it cannot fetch: %s', async (_, spoil, reason) => {
    spoil();
    await expect(get()).rejects.toMatchObject({ code: 'IMPORT_FETCH', message: expect.stringMatching(reason) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes files that were downloaded elsewhere', async () => {
    writeFileSync(inside('deploy.prototxt'), prototxt);
    await expect(getModel(model, inside('net.zqn'), { from: folder })).rejects.toMatchObject({
      code: 'IMPORT_OPTIONS',
      message: expect.stringMatching(/no \*.caffemodel/),
    });
    writeFileSync(inside('snap_1.caffemodel'), weights);
    const { files } = await getModel(model, inside('net.zqn'), { from: inside('snap_1.caffemodel') });
    expect(files.length).toBe(2);
    await expect(getModel(model, inside('x.zqn'), { from: inside('nowhere') })).rejects.toMatchObject({
      code: 'IMPORT_OPTIONS',
    });
  });

  it('says where the originals are', () => {
    const text = whereabouts('squeezenet', publishedModel('squeezenet'));
    expect(text).toContain('https://github.com/songhan/SqueezeNet-Deep-Compression');
    expect(text).toContain('e4ab6960ae8cd81505e1c2136921201507e930966c53deaf15862a395b3a3261');
    expect(whereabouts('zynqnet', publishedModel('zynqnet'))).toContain('no published digest');
    expect(() => publishedModel('toString')).toThrow(/known are zynqnet, squeezenet/);
  });
});
