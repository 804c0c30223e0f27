import { openEngine } from '../inference/engine/backends.js';
import { type LoadedModel, loadModel } from '../model/model-file.js';
import { ZynqnetError } from '../util/error.js';
import { withTimeLimit } from '../util/time-limit.js';

const patterns = [0, 1];
const limitMs = 120_000;

/**
 * What a model must be able to do before it may take over: be a whole, consistent file and give answers, different ones
 * to different pictures, on this processor. Throws MODEL_ and ENGINE_ errors.
 */
export async function verifyModel(file: string): Promise<LoadedModel> {
  const model = await loadModel(file);
  await tryModel(model);
  return model;
}

/** Runs two made-up pictures through a model on the CPU. Throws MODEL_RANGE or ENGINE_ errors. */
export async function tryModel(model: LoadedModel): Promise<void> {
  const engine = await openEngine({ backend: 'cpu', model });
  const end = performance.now() + limitMs;
  const late = () => new ZynqnetError('STAGE_TIMEOUT', 'the self-test took too long');
  try {
    const answers: string[] = [];
    for (const pattern of patterns) {
      const logits = await withTimeLimit(engine.run(testPicture(model, pattern)), end - performance.now(), { late });
      if (logits.length !== model.native.classes || !logits.every(Number.isFinite)) {
        throw new ZynqnetError('MODEL_RANGE', `${model.header.name}: the self-test gave no proper answer`);
      }
      answers.push(logits.join());
    }
    if (new Set(answers).size < patterns.length) {
      throw new ZynqnetError('MODEL_RANGE', `${model.header.name}: gives the same answer to different pictures`);
    }
  } finally {
    engine.close();
  }
}

/** Bytes of a picture that is the same everywhere: a linear congruential generator (Numerical Recipes, section 7.1). */
export function testPicture({ header }: Pick<LoadedModel, 'header'>, pattern: number): Uint8Array {
  const { width, height, channels } = header.input;
  const picture = new Uint8Array(width * height * channels);
  let state = (pattern * 0x9e3779b9 + 1) >>> 0;
  for (let index = 0; index < picture.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // a different colour cast in each picture, so that even a network that averages everything tells them apart
    picture[index] = ((state >>> 24) + ((index % channels) * 60 + pattern * 80)) >> 1;
  }
  return picture;
}
