import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '../../inference/engine/backends.js';
import type { LoadedModel } from '../../model/model-file.js';
import { testPicture, tryModel } from '../../updates/verify.js';
import { writeDurably } from '../../util/durable.js';
import { messageOf } from '../../util/error.js';
import { withTimeLimit } from '../../util/time-limit.js';

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly message: string;
  readonly durationMs: number;
}

/** The model in service and what runs it. */
interface ModelInService {
  readonly model: LoadedModel;
  readonly backend: string;
  infer(input: Uint8Array): Promise<Int32Array | Float32Array>;
}

export interface SelfTestParts {
  readonly runtime: () => ModelInService | undefined;
  /** Time since the last answer. */
  readonly silentMs: () => number;
  /** Frames are expected now. */
  readonly active: () => boolean;
  readonly camera: () => string;
  readonly stateFolder: string | null;
}

const limitMs = 60_000;
const frameSilenceMs = 10_000;

/** Asks every part of the daemon for a sign that it works; the frames go on meanwhile. */
export async function selfTest(parts: SelfTestParts): Promise<Check[]> {
  return [
    await check('model', () => modelAnswers(parts)),
    await check('engine', () => engineAgrees(parts)),
    await check('frames', async () => {
      const silentMs = parts.silentMs();
      if (!parts.active()) return 'none are wanted at this hour';
      if (silentMs > frameSilenceMs) throw new Error(`no answer for ${Math.round(silentMs / 1000)} s`);
      return `the last answer was ${Math.round(silentMs)} ms ago`;
    }),
    await check('camera', async () => {
      const state = parts.camera();
      if (state !== 'streaming' && parts.active()) throw new Error(`it is ${state}`);
      return `it is ${state}`;
    }),
    await check('storage', async () => storageHolds(parts.stateFolder)),
  ];
}

async function modelAnswers({ runtime }: SelfTestParts): Promise<string> {
  const { model } = inService(runtime());
  await tryModel(model);
  return `${model.header.name}, ${model.fileBytes} bytes, gives answers`;
}

/** The engine in service must say what the processor says: exactly for integers, nearly for floating point. */
async function engineAgrees({ runtime }: SelfTestParts): Promise<string> {
  const serving = inService(runtime());
  const { model, backend } = serving;
  const picture = testPicture(model, 2);
  const reference = await openEngine({ backend: 'cpu', model });
  try {
    const wanted = await reference.run(picture);
    const given = await serving.infer(picture);
    const exact = model.header.arithmetic === 'int8';
    const differs = (index: number) => {
      const [a, b] = [given[index] ?? Number.NaN, wanted[index] ?? Number.NaN];
      return exact ? a !== b : !(Math.abs(a - b) <= 1e-3 * (1 + Math.abs(b)));
    };
    const wrong = Array.from(wanted.keys()).filter(differs).length;
    if (wrong > 0) throw new Error(`${backend} differs from the processor in ${wrong} of ${wanted.length} numbers`);
    return `${backend} agrees with the processor in all ${wanted.length} numbers`;
  } finally {
    reference.close();
  }
}

function inService<R>(runtime: R | undefined): R {
  if (runtime === undefined) throw new Error('no model is in service');
  return runtime;
}

function storageHolds(folder: string | null): string {
  if (folder === null) return 'no state folder: changes last until the daemon ends';
  const file = join(folder, 'self-test');
  writeDurably(file, 'written and read back');
  rmSync(file);
  return `${folder} can be written`;
}

async function check(name: string, work: () => Promise<string>): Promise<Check> {
  const startMs = performance.now();
  const done = (passed: boolean, message: string): Check => {
    return { name, passed, message, durationMs: Math.round(performance.now() - startMs) };
  };
  try {
    const late = () => new Error(`no result within ${limitMs / 1000} s`);
    return done(true, await withTimeLimit(work(), limitMs, { late }));
  } catch (error) {
    return done(false, messageOf(error));
  }
}
