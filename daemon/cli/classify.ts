import type { Command } from 'commander';
import type { ModelRuntime } from '../inference/model-runtime.js';
import { examples } from './lazy.js';
import { addRuntimeOptions, openRuntime, type RuntimeOptions, wholeNumber } from './runtime-options.js';

interface ClassifyOptions extends RuntimeOptions {
  readonly top: number;
  readonly json?: boolean;
  readonly sums?: boolean;
}

interface Classified {
  readonly file: string;
  readonly top?: readonly { readonly index: number; readonly label: string; readonly probability: number }[];
  /** The network's bare output, one a class. */
  readonly sums?: readonly number[];
  /** From reading the file to the answer. */
  readonly latencyMs?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

export function register(command: Command): void {
  command.argument('<path...>', 'image files, or folders of them');
  addRuntimeOptions(command)
    .option('--top <number>', 'classes to show for each image', wholeNumber(1, 1000), 5)
    .option('--json', 'one JSON object a line')
    .option('--sums', "with --json: the network's bare output too, to compare backends byte for byte")
    .action(classify);
  examples(command, [
    'zynqnetd classify photo.jpg',
    'zynqnetd classify --json --top 1 photos/ | jq .top[0].label',
    'zynqnetd classify --model zynqnet.zqn cat.jpg dog.png',
  ]);
}

/** Every image gets an answer or its error; the exit code says whether all got an answer. */
async function classify(paths: readonly string[], options: ClassifyOptions): Promise<void> {
  const { imageFiles } = await import('./image-files.js');
  const { inOrder } = await import('./ordered.js');
  const { Progress } = await import('./progress-line.js');
  const files = await imageFiles(paths);
  if (files.length === 0) throw new Error(`no images in ${paths.join(', ')}`);
  const runtime = await openRuntime(options);
  const progress = new Progress(files.length);
  let done = 0;
  let failed = 0;
  // One after the other: latencies are those of a single image.
  for await (const classified of inOrder(files, 1, (file) => classifyFile(runtime, file, options))) {
    progress.end();
    process.stdout.write(options.json ? `${JSON.stringify(classified)}\n` : textOf(classified));
    done += 1;
    if (classified.error !== undefined) failed += 1;
    progress.update(done);
  }
  progress.end();
  runtime.close();
  if (failed > 0) throw new Error(`${failed} of ${files.length} images could not be classified`);
}

async function classifyFile(runtime: ModelRuntime, file: string, options: ClassifyOptions): Promise<Classified> {
  const { frameFromFile } = await import('./image-files.js');
  const startMs = performance.now();
  try {
    const frame = await frameFromFile(file);
    const logits = await runtime.infer(await runtime.preprocess(frame));
    const { labels } = runtime.model.header;
    const top = runtime.top(logits, options.top).map(({ index, probability }) => ({
      index,
      label: labels[index] ?? `class ${index}`,
      probability: Math.round(probability * 1e6) / 1e6,
    }));
    const latencyMs = Math.round((performance.now() - startMs) * 100) / 100;
    return { file, top, ...(options.sums ? { sums: [...logits] } : {}), latencyMs };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    return { file, error: { code: typeof code === 'string' ? code : 'UNKNOWN', message } };
  }
}

function textOf({ file, top, latencyMs, error }: Classified): string {
  if (error !== undefined) return `${file}: ${error.message} [${error.code}]\n`;
  const lines = (top ?? []).map(
    ({ label, probability }) => `  ${(probability * 100).toFixed(1).padStart(5)} %  ${label}`,
  );
  return `${file} (${latencyMs} ms)\n${lines.join('\n')}\n`;
}
