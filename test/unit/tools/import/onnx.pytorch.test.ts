import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, importOnnx, softmax } from './support/agree.js';

// Networks that PyTorch itself has exported: opset 9 to 17, with and without its folding of constants.
const script = fileURLToPath(new URL('support/pytorch_export.py', import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch, onnx; assert torch.__version__ < "2.9"']).status === 0,
);

interface Exported {
  readonly file: string;
  readonly picture: string;
  readonly answers: number[];
}

describe.skipIf(python === undefined)('networks as PyTorch exports them (needs python3 with torch and onnx)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zynqnet-pytorch-'));
  let exported: Exported[] = [];

  beforeAll(() => {
    execFileSync(python as string, [script, folder], { stdio: 'pipe' });
    exported = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8')) as Exported[];
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['fires', 'classifier', 'dense'])(
    '%s: imported, it answers as PyTorch does',
    async (name) => {
      const files = exported.filter(({ file }) => file.startsWith(name));
      expect(files.length).toBe(18);
      for (const { file, picture, answers } of files) {
        const model = importOnnx(readFileSync(path.join(folder, file)));
        const bytes = readFileSync(path.join(folder, picture));
        const logits = await answer(
          model,
          new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
        );
        const given = name === 'classifier' ? softmax(logits) : logits;
        const spread = Math.max(...answers.map(Math.abs));
        expect(given.length, file).toBe(answers.length);
        for (const [i, value] of given.entries())
          expect(Math.abs(value - (answers[i] as number)) / spread, `${file}, class ${i}`).toBeLessThan(2e-5);
      }
    },
    60_000,
  );
});
