import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_SIGN_LABEL, signs } from '../../daemon/camera/scene/signs/index.js';
import { encodeModelFile, parseModelFile } from '../../daemon/model/load.js';
import type { Int8Conv } from '../../daemon/native/addon.js';
import { loadAddon } from '../../daemon/native/load.js';

const training = fileURLToPath(new URL('../../training/', import.meta.url));
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
  }, 180_000);

  it.each(['scalar', 'auto'] as const)("answers bit for bit what the daemon's %s engine answers", async (backend) => {
    const header = JSON.parse(file('header.json').toString()) as {
      ops: { op: string; weights: number; output: { logits?: boolean } }[];
      labels: string[];
    };
    const convs = header.ops.map((op): Int8Conv => {
      const name = String(op.weights).padStart(2, '0');
      const wide = op.output.logits === true;
      return {
        weights: array(`${name}.weights.i8`, Int8Array),
        bias: array(`${name}.bias.i32`, Int32Array),
        multiplier: wide ? new Uint16Array(0) : array(`${name}.multiplier.u16`, Uint16Array),
        shift: wide ? new Uint8Array(0) : array(`${name}.shift.u8`, Uint8Array),
      };
    });
    const bytes = encodeModelFile({
      headerJson: JSON.stringify(header),
      convs,
      logitScale: array('logitScale.f32', Float32Array),
      logitOffset: array('logitOffset.f32', Float32Array),
    });
    const engine = loadAddon().createEngine(parseModelFile(bytes, 'fixture').native, { backend });
    const pixels = file('pixels.u8');
    const expected = [...array('sums.i32', Int32Array)];
    const classes = header.labels.length;
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
