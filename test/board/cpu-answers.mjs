// node cpu-answers.mjs FOLDER [MODEL]: what the CPU engine answers for each picture, as the daemon publishes it. Uses the compiled
// daemon; the camera's defaults, the built-in model unless another is given.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../../dist/daemon/config/schema.js';
import { ModelRuntime } from '../../dist/daemon/inference/model-runtime.js';

const [folder = '.', model = null] = process.argv.slice(2);
const { preprocess, classify, engine } = configSchema.parse({});
const runtime = await ModelRuntime.open(model, { ...engine, backend: 'cpu', threads: 1 }, preprocess);

/**
 * @param {Buffer} data
 * @returns {import('../../dist/daemon/camera/frame.js').Frame}
 */
const encoded = (data) => ({
  data,
  format: 'encoded',
  width: 0,
  height: 0,
  sequence: 0,
  capturedAtUtcMs: 0,
  capturedMs: 0,
});

const answers = [];
for (const name of readdirSync(folder).sort()) {
  const data = readFileSync(join(folder, name));
  const logits = await runtime.infer(await runtime.preprocess(encoded(data)));
  const { labels } = runtime.model.header;
  answers.push(
    runtime.top(logits, Math.max(2, classify.topK)).map(({ index, probability }) => ({
      label: labels[index],
      index,
      probability: Math.round(probability * 1e6) / 1e6,
    })),
  );
}
runtime.close();
process.stdout.write(JSON.stringify(answers));
