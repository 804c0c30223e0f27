import { type Command, InvalidArgumentError } from 'commander';
import { examples } from '../../daemon/cli/lazy.js';
import { createPreprocessor } from '../../daemon/inference/preprocess/preprocessor.js';
import { dumpScenes } from '../scene/dump.js';

const whole = (low: number, high: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new InvalidArgumentError(`a whole number from ${low} to ${high} is needed`);
  return value;
};
const share = (text: string) => {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('a number from 0 to 1 is needed');
  return value;
};

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly size: number;
  readonly out: string;
  readonly perEpisode: number;
  readonly emptyShare: number;
  readonly mode: 'cover' | 'squash' | 'contain';
  readonly jpeg?: boolean;
}

export function register(command: Command): void {
  command
    .command('dump')
    .description('write frames of the scene camera, with the truth, for training')
    .requiredOption('--out <folder>', 'where to write frames.u8 (or .jpg files) and truth.csv')
    .option('--count <n>', 'number of frames', whole(1, 10_000_000), 1000)
    .option('--seed <n>', 'the same seed gives the same frames', whole(0, 4_294_967_295), 1)
    .option('--size <pixels>', "side of the network's input", whole(8, 1024), 64)
    .option('--mode <mode>', 'how 640x480 fits the input: cover, squash or contain', 'cover')
    .option('--per-episode <n>', 'frames taken of each sign in its place', whole(1, 20), 2)
    .option('--empty-share <share>', 'share of episodes without a sign', share, 0.2)
    .option('--jpeg', 'write the camera frames themselves, 640x480 JPEG')
    .action(dump);
  examples(command, ['zynqnetd scene dump --count 20000 --seed 7 --size 64 --out scenes']);
}

async function dump(options: Options): Promise<void> {
  const { size, mode } = options;
  const preprocessor = createPreprocessor(
    { channels: 3, width: size, height: size, order: 'rgb' },
    { mode, resize: null, crop: false },
  );
  const showEvery = Math.max(1, Math.floor(options.count / 100));
  await dumpScenes({
    count: options.count,
    seed: options.seed,
    folder: options.out,
    perEpisode: options.perEpisode,
    emptyShare: options.emptyShare,
    ...(options.jpeg ? {} : { preprocess: (frame) => preprocessor.run(frame) }),
    progress: (done) => {
      if (process.stderr.isTTY && done % showEvery === 0) process.stderr.write(`\r${done} of ${options.count} frames`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
}
