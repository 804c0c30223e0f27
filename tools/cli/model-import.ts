import type { Command } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { UsageError } from '../../daemon/cli/usage-error.js';
import { type Conversion, convertModel } from '../import/convert.js';
import { type ImportOptions, parseChoice, parseNumbers, parseSize } from '../import/import-options.js';

interface Flags {
  output: string;
  labels?: string;
  resize?: string;
  mode?: string;
  crop?: string;
  order?: string;
  mean?: string;
  scale?: string;
  name?: string;
}

export function register(command: Command): void {
  command
    .argument('<files...>', 'NET.onnx, or NET.prototxt with NET.caffemodel or NET.net (Deep Compression)')
    .requiredOption('-o, --output <file>', 'the .zqn file to write')
    .option('--labels <file>', 'one label per line, in the order of the outputs')
    .option('--resize <WxH>', 'size of the frame before the crop')
    .option('--mode <mode>', 'how a frame is fitted: squash, cover or contain')
    .option('--crop <WxH>', "centre crop; it is the network's input size")
    .option('--order <order>', 'channel order that the network was trained on: rgb or bgr')
    .option('--mean <a,b,c>', "subtracted from the 0..255 pixels, in the network's channel order")
    .option('--scale <s>', 'multiplies the result, one value or one per channel')
    .option('--name <name>', "the model's name (default: the weight file's)")
    .action(async (files: string[], flags: Flags) => {
      const conversion = await convertModel(files, flags.output, optionsOf(flags));
      console.log(summary(conversion, flags.output));
    });
  examples(command, [
    'zynqnetd model import net.onnx -o net.zqn --labels labels.txt --mean 123.675,116.28,103.53 --scale 0.01712,0.01751,0.01743',
    'zynqnetd model import deploy.prototxt zynqnet.caffemodel -o zynqnet.zqn --mode cover --labels synset_words.txt',
    'zynqnetd model import SqueezeNet_deploy.prototxt compressed_SqueezeNet.net -o squeezenet.zqn --resize 256x256 --crop 227x227',
  ]);
}

/** Mistyped values are wrong usage, like an unknown option. */
function optionsOf(flags: Flags): ImportOptions {
  try {
    return parseFlags(flags);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseFlags(flags: Flags): ImportOptions {
  const { labels, resize, mode, crop, order, mean, scale, name } = flags;
  return {
    ...(labels !== undefined && { labels }),
    ...(resize !== undefined && { resize: parseSize(resize, '--resize') }),
    ...(mode !== undefined && { mode: parseChoice(mode, '--mode', ['squash', 'cover', 'contain'] as const) }),
    ...(crop !== undefined && { crop: parseSize(crop, '--crop') }),
    ...(order !== undefined && { order: parseChoice(order, '--order', ['rgb', 'bgr'] as const) }),
    ...(mean !== undefined && { mean: parseNumbers(mean, '--mean') }),
    ...(scale !== undefined && { scale: parseNumbers(scale, '--scale') }),
    ...(name !== undefined && { name }),
  };
}

/** What was made, and what was assumed on the way. */
export function summary(
  { header, notes, fileBytes, sha256, weights, convolutions }: Conversion,
  output: string,
): string {
  const { input, labels } = header;
  return [
    `${output}: ${header.name}, ${input.width}x${input.height}x${input.channels} to ${labels.length} classes`,
    `  ${convolutions} convolutions, ${weights.toLocaleString('en')} float weights, ${fileBytes.toLocaleString('en')} bytes`,
    `  SHA-256 ${sha256}`,
    ...notes.map((note) => `  note: ${note}`),
    '  next: zynqnetd model compress makes it an int8 model for the accelerator',
  ].join('\n');
}
