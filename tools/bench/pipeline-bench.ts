import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import sharp from 'sharp';
import { encodeScene } from '../../daemon/camera/scene/encode.js';
import { SceneRenderer } from '../../daemon/camera/scene/renderer.js';
import { checkConfig } from '../../daemon/config/load.js';
import { SupervisedEngine } from '../../daemon/inference/engine/supervised-engine.js';
import { FrameClassifier } from '../../daemon/inference/frame-classifier.js';
import { ModelRuntime } from '../../daemon/inference/model-runtime.js';
import { Alerts } from '../../daemon/monitoring/alerts.js';
import { openFiles } from '../../daemon/monitoring/health/process-usage.js';
import { createPublisher } from '../../daemon/mqtt/create-publisher.js';
import { TrivialEngine, trivialModel } from './trivial-network.js';

export interface PipelineBenchOptions {
  /** Frames through the pipeline. */
  readonly frames: number;
  readonly engineMs: number;
  /** 64x64 pictures into a network of that size and 44 classes: many frames in little time, for soak runs. */
  readonly small?: boolean;
  readonly brokerUrl: string;
  readonly progress: (done: number, resources: Resources) => void;
}

export interface PipelineBench {
  readonly frames: number;
  /** Median over the blocks, of the whole pipeline and of the bare sharp loop between them. */
  readonly framesPerSecond: number;
  readonly bareSharpFramesPerSecond: number;
  /** Median over the blocks of the two rates' ratio. */
  readonly ratioToBareSharp: number;
  /** Processor time of this process for a frame: on a busy machine it says more than the rates. */
  readonly cpuMsPerFrame: number;
  readonly bareSharpCpuMsPerFrame: number;
  readonly published: number;
  readonly dropped: number;
  /** Growth of resident memory after the first 5,000 frames; null for shorter runs. */
  readonly rssGrowthMiB: number | null;
  readonly rssMiB: number;
  /** Growth of the number of open files over the same span; null for shorter runs and where there is no /proc. */
  readonly openFilesGrowth: number | null;
}

const picturesCount = 48;
const camera: Sizes = { width: 640, height: 480, input: 256, classes: 1000 };
const soak: Sizes = { width: 64, height: 64, input: 64, classes: 44 };
const warmUpFrames = 5000;

/** Of a picture, of the network's square input, and of its answer. */
interface Sizes {
  readonly width: number;
  readonly height: number;
  readonly input: number;
  readonly classes: number;
}

/**
 * The daemon's own path, from a 640x480 JPEG frame to a result at a broker, with a trivial engine; between
 * its blocks of frames a bare loop does nothing but decode and scale the same frames with sharp.
 */
export async function benchPipeline({
  frames,
  engineMs,
  small = false,
  brokerUrl,
  progress,
}: PipelineBenchOptions): Promise<PipelineBench> {
  const sizes = small ? soak : camera;
  const pictures = await scenePictures(picturesCount, sizes);
  const config = checkConfig({ mqtt: { url: brokerUrl }, classify: { topK: 5 } });
  const log = pino({ level: 'warn' }, pino.destination(2));
  const publisher = createPublisher({ config: () => config, url: brokerUrl, device: 'bench', session: 'bench', log });
  const feed = new Feed(pictures, sizes);
  const model = trivialModel(sizes.input, sizes.classes);
  const classifier = new FrameClassifier({
    config: () => config,
    device: 'bench',
    session: 'bench',
    clockSynchronized: () => true,
    log,
    alerts: new Alerts(() => {}),
    sinks: [publisher, { result: () => feed.next(classifier) }],
    openRuntime: async () => new ModelRuntime(model, await supervisedTrivial(model.native.classes, engineMs)),
  });
  publisher.start();
  await classifier.load();
  while (publisher.stats().mqtt.state !== 'online') await sleep(10);

  // Many blocks for a good median; in long runs the bare loop is a small part of the time.
  const block = Math.max(20, Math.min(500, Math.round(frames / 20)));
  const bareBlock = Math.min(block, small ? 50 : 200);
  const rates: { pipeline: number; bare: number }[] = [];
  const cpuMs = { pipeline: 0, bare: 0 };
  const timed = async <T>(part: 'pipeline' | 'bare', work: () => Promise<T>): Promise<T> => {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    cpuMs[part] += (user + system) / 1000;
    return result;
  };
  const memory = new ResourceTrend();
  await bareLoop(pictures, bareBlock, sizes.input);
  for (let done = 0; done < frames; done += block) {
    const bare = await timed('bare', () => bareLoop(pictures, bareBlock, sizes.input));
    const pipeline = await timed('pipeline', () => feed.run(classifier, Math.min(block, frames - done)));
    rates.push({ pipeline, bare });
    progress(Math.min(frames, done + block), memory.sample(done + block));
  }
  await classifier.stop(1000);
  const { published, dropped } = publisher.stats().results;
  await publisher.stop(1000);
  return {
    frames,
    framesPerSecond: round(median(rates.map((rate) => rate.pipeline)), 1),
    bareSharpFramesPerSecond: round(median(rates.map((rate) => rate.bare)), 1),
    ratioToBareSharp: round(median(rates.map((rate) => rate.pipeline / rate.bare)), 3),
    cpuMsPerFrame: round(cpuMs.pipeline / frames, 3),
    bareSharpCpuMsPerFrame: round(cpuMs.bare / (rates.length * bareBlock), 3),
    published,
    dropped: dropped + classifier.stats().dropped,
    rssGrowthMiB: memory.growthMiB,
    rssMiB: round(process.memoryUsage.rss() / 1_048_576, 1),
    openFilesGrowth: memory.openFilesGrowth,
  };
}

/** Supervised as in the daemon: what that costs is part of the pipeline's cost. */
function supervisedTrivial(classes: number, engineMs: number): Promise<SupervisedEngine> {
  return SupervisedEngine.open({
    open: async () => new TrivialEngine(classes, engineMs),
    openFallback: undefined,
    limits: () => ({ frameMs: 10_000, stepMs: 1000, steadyMs: 1000, probeMs: 1e9 }),
    changed: () => {},
  });
}

/** Keeps the pipeline just full: a new frame for each one that comes out, and one in waiting. */
class Feed {
  readonly #pictures: readonly Buffer[];
  readonly #sizes: Sizes;
  #offered = 0;
  #left = 0;
  #unoffered = 0;
  #done: () => void = () => {};

  constructor(pictures: readonly Buffer[], sizes: Sizes) {
    this.#pictures = pictures;
    this.#sizes = sizes;
  }

  /** Frames per second over `count` frames. */
  async run(classifier: FrameClassifier, count: number): Promise<number> {
    const startMs = performance.now();
    this.#unoffered = count;
    this.#left = count;
    const finished = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    // Two in flight and one in waiting, each offered once the one before has been taken.
    for (let n = 0; n < 3; n += 1) {
      this.#offer(classifier);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await finished;
    return (count * 1000) / (performance.now() - startMs);
  }

  /** After a result: the frame in waiting is taken in this turn of the event loop, the next turn offers another. */
  next(classifier: FrameClassifier): void {
    this.#left -= 1;
    if (this.#left === 0) this.#done();
    setImmediate(() => this.#offer(classifier));
  }

  #offer(classifier: FrameClassifier): void {
    if (this.#unoffered === 0) return;
    this.#unoffered -= 1;
    const data = this.#pictures[this.#offered % this.#pictures.length] ?? Buffer.alloc(0);
    classifier.frame({
      data,
      format: 'jpeg',
      width: this.#sizes.width,
      height: this.#sizes.height,
      sequence: this.#offered,
      capturedAtUtcMs: Date.now(),
      capturedMs: performance.now(),
    });
    this.#offered += 1;
  }
}

/** Of this process. */
interface Resources {
  readonly rssMiB: number;
  readonly openFiles: number;
}

/** Memory and open files at the end of the warm-up and of the run, each the least of a few samples: peaks are no growth. */
class ResourceTrend {
  #before: Resources[] = [];
  #after: Resources[] = [];

  sample(frames: number): Resources {
    const sample = { rssMiB: process.memoryUsage.rss() / 1_048_576, openFiles: openFiles() ?? Number.NaN };
    if (frames <= warmUpFrames) this.#before = [...this.#before.slice(-3), sample];
    else this.#after = [...this.#after.slice(-3), sample];
    return sample;
  }

  get growthMiB(): number | null {
    const growth = this.#growth('rssMiB');
    return growth === null ? null : round(growth, 2);
  }

  get openFilesGrowth(): number | null {
    return this.#growth('openFiles');
  }

  #growth(of: keyof Resources): number | null {
    if (this.#after.length === 0) return null;
    const settled = (samples: readonly Resources[]) => Math.min(...samples.map((sample) => sample[of]));
    const growth = settled(this.#after) - settled(this.#before);
    return Number.isNaN(growth) ? null : growth;
  }
}

async function bareLoop(pictures: readonly Buffer[], count: number, inputSize: number): Promise<number> {
  const startMs = performance.now();
  for (let n = 0; n < count; n += 1) {
    await sharp(pictures[n % pictures.length], { failOn: 'error', sequentialRead: true })
      .resize({ width: inputSize, height: inputSize, fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
  }
  return (count * 1000) / (performance.now() - startMs);
}

async function scenePictures(count: number, { width, height }: Sizes): Promise<Buffer[]> {
  const renderer = new SceneRenderer({ seed: 1 });
  const pictures: Buffer[] = [];
  for (let n = 0; n < count; n += 1) pictures.push(await encodeScene(await renderer.next()));
  if (width === camera.width) return pictures;
  return Promise.all(pictures.map((picture) => sharp(picture).resize(width, height).jpeg().toBuffer()));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
