// Judges a model on a dump of the scene camera (made at the model's input size). Run after `npx tsc`.
// node training/scenes.mjs MODEL.zqn DUMP_FOLDER
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { argmax } from '../dist/daemon/inference/classify/fidelity.js';
import { parseModelFile } from '../dist/daemon/model/model-file.js';
import { answersOf } from '../dist/tools/compress/evaluate.js';

const [file, folder] = process.argv.slice(2);
if (file === undefined || folder === undefined) throw new Error('node training/scenes.mjs MODEL.zqn DUMP_FOLDER');
const model = parseModelFile(readFileSync(file), file);
const { channels, height, width } = model.header.input;
const none = model.header.labels.length - 1;
const pixels = readFileSync(path.join(folder, 'frames.u8'));
const [titles = [], ...lines] = readFileSync(path.join(folder, 'truth.csv'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(','));
const bytes = channels * height * width;
if (pixels.length !== lines.length * bytes)
  throw new Error(`${folder} was dumped at another size than ${width}x${height}`);
const answers = (
  await answersOf(
    model,
    lines.map((_, i) => new Uint8Array(pixels.subarray(i * bytes, (i + 1) * bytes))),
  )
).map(argmax);

const rows = lines.map((line, i) => ({
  truth: Number(line[titles.indexOf('class')]),
  plate: Number(line[titles.indexOf('height')]),
  answer: answers[i],
}));
const share = (part, of) =>
  `${part.length} of ${of.length}${of.length > 0 ? ` (${((100 * part.length) / of.length).toFixed(1)} %)` : ''}`;
const right = (list) =>
  share(
    list.filter(({ truth, answer }) => truth === answer),
    list,
  );
const shown = rows.filter(({ truth }) => truth !== none);
const empty = rows.filter(({ truth }) => truth === none);
console.log(`frames with a sign right: ${right(shown)}`);
console.log(
  `empty frames called a sign: ${share(
    empty.filter(({ answer }) => answer !== none),
    empty,
  )}`,
);
for (let low = 0; low < 480; low += 48) {
  const some = shown.filter(({ plate }) => plate >= low && plate < low + 48);
  if (some.length > 0) console.log(`  plate ${low} to ${low + 47} lines high: ${right(some)}`);
}
