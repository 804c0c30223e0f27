import { parseBackend } from '../../inference/engine/backend-name.js';
import type { LoadedModel } from '../../model/model-file.js';
import type { NativeAcceleratorQuestion } from '../../native/board-types.js';
import { loadAddon } from '../../native/load.js';
import type { AcceleratorChoice, AnswerFacts, BuildFacts, CopyFacts, ProcessingSystemFacts } from './call-types.js';

/** The accelerator's part of the probe process. */
export const accelerator = { processingSystem, build, copy, answer };

function processingSystem(): ProcessingSystemFacts {
  return loadAddon().board.processingSystem();
}

function build(choice: AcceleratorChoice): Promise<BuildFacts> {
  return loadAddon().board.acceleratorBuild(question(choice));
}

function copy(choice: AcceleratorChoice): Promise<CopyFacts> {
  return loadAddon().board.acceleratorCopy(question(choice));
}

function question({ backend, options }: AcceleratorChoice): NativeAcceleratorQuestion {
  const { backend: name, preset } = parseBackend(backend);
  return { backend: name, accelerator: preset === undefined ? options : { ...options, preset } };
}

/** One picture of noise (the same each time) on the accelerator and on the CPU. */
async function answer(choice: AcceleratorChoice, file: string | null): Promise<AnswerFacts> {
  const { createEngine, createNativeEngine } = await import('../../inference/engine/backends.js');
  const model = await integerModel(file);
  const { channels, height, width } = model.header.input;
  const picture = noise(channels * height * width);
  const reference = createEngine({ backend: 'cpu', model });
  const engine = createNativeEngine({ backend: choice.backend, model, accelerator: choice.options });
  try {
    const expected = await reference.run(picture);
    const found = await engine.run(picture);
    const differing = [...expected].filter((value, index) => found[index] !== value).length;
    const report = engine.report();
    return {
      model: model.header.name,
      backend: engine.name,
      reference: reference.name,
      equal: differing === 0 && found.length === expected.length,
      outputs: expected.length,
      differing,
      cycles: report?.cycles ?? 0,
      clockMHz: report?.clockMHz ?? 0,
      lostInterrupts: report?.lostInterrupts ?? 0,
    };
  } finally {
    engine.close();
    reference.close();
  }
}

/** The configured model, or the built-in one where that is a float model, which no accelerator runs. */
async function integerModel(file: string | null): Promise<LoadedModel> {
  const { loadModel } = await import('../../model/model-file.js');
  const { defaultModelFile } = await import('../../model/default-file.js');
  const model = await loadModel(file ?? defaultModelFile);
  return model.header.arithmetic === 'int8' ? model : loadModel(defaultModelFile);
}

/** Bytes of a linear congruential generator (Numerical Recipes, section 7.1): every value, no pattern. */
function noise(bytes: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
