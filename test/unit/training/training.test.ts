import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_SIGN_LABEL, signs } from '../../../daemon/camera/scene/signs/index.js';
import { loadAddon } from '../../../daemon/native/load.js';
import { packModel } from '../../../tools/zqn/pack.js';

const training = fileURLToPath(new URL('../../../training/', import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch, numpy, PIL']).status === 0,
);

it('names the classes as the scene camera does', () => {
  const source = readFileSync(path.join(training, 'zynqtrain', 'labels.py'), 'utf8');
  const names = [...source.replace(/"""[\s\S]*?"""/, '').matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  expect(names).toEqual([...signs.map((sign) => sign.label), NO_SIGN_LABEL]);
});

describe.skipIf(python === undefined)('training code (needs python3 with torch, numpy and PIL)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zynqnet-training-'));
  const file = (name: string): Buffer => readFileSync(path.join(folder, name));
  const array = <T>(name: string, type: new (buffer: ArrayBuffer) => T): T => {
    const bytes = file(name);
    return new type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
  };

  beforeAll(() => {
    execFileSync(python as string, [path.join(training, 'tests', 'make_fixture.py'), folder], { stdio: 'pipe' });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('passes its own unit tests', () => {
    const tests = path.join(training, 'tests');
    const run = spawnSync(python as string, ['-m', 'unittest', 'discover', '-s', tests, '-t', training], {
      encoding: 'utf8',
    });
    expect(run.stderr).toMatch(/\nOK\n$/);
  }, 400_000);

  it.each([
    ['ZynqNet', 'scalar', '.'],
    ['ZynqNet', 'auto', '.'],
    ['a network of another kind', 'scalar', 'graph'],
    ['a network of another kind', 'auto', 'graph'],
  ] as const)("answers for %s bit for bit what the daemon's %s engine answers", async (_, backend, inside) => {
    const model = await packModel(path.join(folder, inside), path.join(folder, 'packed.zqn'));
    const engine = loadAddon().createEngine(model.native, { backend });
    const pixels = file(path.join(inside, 'pixels.u8'));
    const expected = [...array(path.join(inside, 'sums.i32'), Int32Array)];
    const classes = model.header.labels.length;
    const count = expected.length / classes;
    const answers: number[] = [];
    for (let image = 0; image < count; image += 1) {
      const size = pixels.length / count;
      answers.push(...(await engine.run(Uint8Array.from(pixels.subarray(image * size, (image + 1) * size)))));
    }
    engine.close();
    expect(new Set(expected).size).toBeGreaterThan(classes);
    expect(answers).toEqual(expected);
  });
});
