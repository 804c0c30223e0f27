import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../support/small-model.js';
import { haveBuild, zynqnetd } from '../support/daemon-process.js';

const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-cli-'));
const model = join(folder, 'colours.zqn');
const pictures = join(folder, 'pictures');
const colours = ['red', 'green', 'blue'];

beforeAll(async () => {
  mkdirSync(pictures);
  writeFileSync(model, smallModel());
  const paint = { red: '#ff0000', green: '#00ff00', blue: '#0000ff' } as Record<string, string>;
  for (const colour of colours) {
    const image = sharp({ create: { width: 60, height: 40, channels: 3, background: paint[colour] ?? '' } });
    await image.jpeg().toFile(join(pictures, `${colour}.jpg`));
  }
});

describe.skipIf(!haveBuild)('the command line', () => {
  it.each([
    [['--help'], 0],
    [['--version'], 0],
    [['help', 'config', 'check'], 0],
    [[], 0],
    [['nonsense'], 2],
    [['run', '--nonsense'], 2],
    [['classify'], 2],
    [['eval'], 2],
    [['classify', '--top', '0', 'x.jpg'], 2],
    [['watch', '--url', 'http://x'], 2],
    [['classify', '/does/not/exist.jpg'], 1],
    [['config', 'check', '-c', '/does/not/exist.yaml'], 1],
    [['run', '--set', 'camera.source=webcam'], 1],
  ])('%j ends with %d', async (args, code) => {
    const ended = await zynqnetd(...args);
    expect(ended.code).toBe(code);
    if (code !== 0) expect(ended.stderr).not.toBe('');
    expect(ended.stderr).not.toMatch(/\n\s+at /); // no stack traces for people
  });

  it.each([
    ['run'],
    ['classify'],
    ['eval'],
    ['watch'],
    ['model'],
    ['bench'],
    ['config'],
    ['bench', 'pipeline'],
    ['bench', 'engine'],
    ['config', 'check'],
    ['config', 'show'],
    ['config', 'schema'],
    ['model', 'inspect'],
  ])('%s %s has help with examples', async (...command) => {
    const { code, stdout } = await zynqnetd(...command.filter((word) => word !== undefined), '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: zynqnetd ${command.join(' ')}`);
    expect(stdout).toMatch(/Examples:\n {2}zynqnetd /);
  });

  it('classify answers with one JSON object a line, also for what is no picture', async () => {
    const broken = join(folder, 'broken.jpg');
    writeFileSync(broken, 'no picture');
    const { code, stdout } = await zynqnetd('classify', '--model', model, '--json', '--top', '2', pictures, broken);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ top }) => top?.[0].label)).toEqual(['blue', 'green', 'red', undefined]);
    expect(answers[0]).toEqual({
      file: join(pictures, 'blue.jpg'),
      top: [
        { index: 2, label: 'blue', probability: expect.any(Number) },
        { index: expect.any(Number), label: expect.any(String), probability: expect.any(Number) },
      ],
      latencyMs: expect.any(Number),
    });
    expect(answers[3].error.code).toMatch(/^FRAME_/);
    expect(code).toBe(1);
  });

  it('eval counts, also what is missing, and writes the confusion matrix', async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'width;file;class\n60;red.jpg;0\n60;green.jpg;1\n60;"blue.jpg";1\n60;missing.jpg;2\n');
    const confusion = join(folder, 'confusion.csv');
    const args = ['--model', model, '--list', list, '--root', pictures, '--json', '--confusion', confusion];
    const { code, stdout, stderr } = await zynqnetd('eval', ...args);
    expect(JSON.parse(stdout)).toEqual({
      images: 4,
      unreadable: 1,
      top1: 0.5,
      top5: 0.75,
      perClass: [
        { index: 0, label: 'red', images: 1, top1: 1, top5: 1 },
        { index: 1, label: 'green', images: 2, top1: 0.5, top5: 1 },
        { index: 2, label: 'blue', images: 1, top1: 0, top5: 0 },
      ],
    });
    expect(stderr).toContain('missing.jpg');
    expect(code).toBe(0);
    expect(readFileSync(confusion, 'utf8')).toBe('class,0,1,2\n0,1,0,0\n1,0,1,1\n2,0,0,0\n');
  });

  it('eval compares with another model of the same classes, and refuses one of others', async () => {
    const list = join(folder, 'against.csv');
    writeFileSync(list, 'file,class\nred.jpg,0\ngreen.jpg,1\nmissing.jpg,2\n');
    const args = ['eval', '--model', model, '--list', list, '--root', pictures, '--against'];
    const same = await zynqnetd(...args, model, '--json');
    expect(JSON.parse(same.stdout).against).toEqual({ images: 2, agreement: 1, expectedLoss: 0, divergence: 0 });
    expect((await zynqnetd(...args, model)).stdout).toContain('same top-1 as the other model 100.00 %');
    const wider = join(folder, 'wider.zqn');
    writeFileSync(wider, smallModel({ classes: 5 }));
    const other = await zynqnetd(...args, wider);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('5 classes, not 3');
  });

  it('model unpack and model pack are inverse to each other', async () => {
    const unpacked = join(folder, 'unpacked');
    const packed = join(folder, 'packed.zqn');
    expect((await zynqnetd('model', 'unpack', model, '-o', unpacked)).code).toBe(0);
    expect((await zynqnetd('model', 'pack', unpacked, '-o', packed)).code).toBe(0);
    expect(readFileSync(packed)).toEqual(readFileSync(model));
    const again = await zynqnetd('model', 'unpack', model, '-o', unpacked);
    expect(again.stderr).toMatch(/EEXIST.*MODEL_FILE/);
  });

  it.each([
    ['a list without the columns', 'name,label\na.jpg,1\n', /columns file and class/],
    ['a class that the model does not have', 'file,class\nred.jpg,3\n', /line 2.*0 to 2/],
    ['an empty list', 'file,class\n', /names no images/],
    ['a list of nothing but missing files', 'file,class\nx.jpg,0\n', /--root/],
  ])('eval refuses %s', async (_, text, message) => {
    const list = join(folder, 'bad.csv');
    writeFileSync(list, text);
    const { code, stderr } = await zynqnetd('eval', '--model', model, '--list', list, '--root', pictures);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('names a damaged model and an unknown backend', async () => {
    const damaged = join(folder, 'damaged.zqn');
    const bytes = smallModel();
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(damaged, bytes);
    const picture = join(pictures, 'red.jpg');
    expect((await zynqnetd('classify', '--model', damaged, picture)).stderr).toMatch(/damaged\.zqn.*\[MODEL_/);
    expect((await zynqnetd('classify', '--model', model, '--backend', 'gpu', picture)).stderr).toContain(
      'ENGINE_UNKNOWN',
    );
  });

  it('config check names every mistake, config show the whole configuration', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'camera: { source: webcam }\nclasify: {}\n');
    const { code, stderr } = await zynqnetd('config', 'check', '-c', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/camera\.source[\s\S]*clasify/);
    const shown = await zynqnetd('config', 'show', '--set', 'classify.topK=3');
    expect(shown.stdout).toMatch(/classify:\n {2}topK: 3\n/);
  });
});
