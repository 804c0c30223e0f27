import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { messageOf } from '../../util/error.js';
import type { FrameWatch } from '../frame-watch.js';
import { type Route, route } from '../inbox.js';
import { RequestError } from '../reply.js';
import { blink, findLed } from './led.js';
import { takePicture } from './picture.js';
import { type SelfTestParts, selfTest } from './self-test.js';

export interface BoardCommandOptions {
  readonly config: () => Config;
  readonly frames: FrameWatch;
  readonly parts: SelfTestParts;
  /** Resolves to whether the broker took it. */
  readonly publishImage: (jpeg: Buffer) => Promise<boolean>;
  readonly lastLines: (count: number) => readonly string[];
  readonly restart: (reason: string) => void;
  /** Throws `RequestError` when the last start was too short ago. */
  readonly checkRestart: () => void;
  readonly signal: AbortSignal;
}

const logBytes = 60_000;

/** The commands about the board itself: snapshot, selftest, identify, logs, restart. */
export function boardCommands(options: BoardCommandOptions): [string, Route][] {
  return [
    ['snapshot', snapshot(options)],
    ['selftest', oneAtATime('a self-test', selfTestRoute(options))],
    ['identify', oneAtATime('identify', identify(options))],
    ['logs', logs(options)],
    [
      'restart',
      route({}, () => {
        options.checkRestart();
        options.restart('a message asked for it');
        return { code: 200, message: 'the daemon restarts; its status topic says online when it is back' };
      }),
    ],
  ];
}

/** Publishes a picture every `publish.imageSeconds`, as long as the signal is not aborted. */
export function publishPictures({ config, frames, publishImage, signal }: BoardCommandOptions): void {
  let publishedMs = performance.now();
  let busy = false;
  const timer = setInterval(async () => {
    const { imageSeconds } = config().publish;
    const latest = frames.latest;
    if (busy || imageSeconds === null || latest === undefined) return;
    if (performance.now() - publishedMs < imageSeconds * 1000) return;
    publishedMs = performance.now();
    busy = true;
    try {
      const overlay = { result: latest.result, region: config().preprocess.region };
      await publishImage((await takePicture(latest.frame, { maxWidth: 640, quality: 80, overlay })).jpeg);
    } catch {
      // the next one may be better; frames that cannot be read raise their own alert
    } finally {
      busy = false;
    }
  }, 250);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function snapshot({ config, frames, publishImage }: BoardCommandOptions): Route {
  const shape = {
    overlay: z.boolean().default(true),
    maxWidth: z.int().min(16).max(1920).default(640),
    quality: z.int().min(1).max(100).default(80),
  };
  return oneAtATime(
    'a snapshot',
    route(shape, async ({ body: { overlay, maxWidth, quality } }) => {
      const latest = frames.latest;
      if (latest === undefined) throw new RequestError(503, 'no frame has been classified since the start');
      const { frame, result } = latest;
      const drawn = overlay ? { result, region: config().preprocess.region } : null;
      const { jpeg, width, height } = await takePicture(frame, { maxWidth, quality, overlay: drawn });
      if (!(await publishImage(jpeg))) throw new RequestError(503, 'the broker did not take the picture');
      const { camera, capturedAt } = result;
      const data = { topic: 'image', bytes: jpeg.length, width, height, camera, frame: result.frame, capturedAt };
      return { code: 200, message: 'the picture is on the topic image', data };
    }),
  );
}

function selfTestRoute({ parts }: BoardCommandOptions): Route {
  return route({}, async () => {
    const checks = await selfTest(parts);
    const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
    const message = failed.length === 0 ? 'everything works' : `not right: ${failed.join(', ')}`;
    return { code: 200, message, data: { passed: failed.length === 0, checks } };
  });
}

function identify({ config, signal }: BoardCommandOptions): Route {
  return route({ seconds: z.number().min(0.5).max(60).default(10) }, async ({ body: { seconds } }) => {
    const led = findLed(config().device.led);
    if (led === undefined) throw new RequestError(404, 'there is no LED here; device.led names one');
    try {
      await blink(led, seconds, signal);
    } catch (error) {
      throw new RequestError(503, `${led} cannot be used: ${messageOf(error)}`);
    }
    return { code: 200, message: `${led} has blinked for ${seconds} s` };
  });
}

/** The newest lines that fit into one message, oldest first. */
function logs({ lastLines }: BoardCommandOptions): Route {
  return route({ lines: z.int().min(1).max(200).default(50) }, ({ body }) => {
    const chosen: string[] = [];
    let bytes = 0;
    for (const line of [...lastLines(body.lines)].reverse()) {
      bytes += Buffer.byteLength(line);
      if (bytes > logBytes) break;
      chosen.unshift(line);
    }
    return { code: 200, data: { lines: chosen } };
  });
}

/** Work that loads the board or uses something that there is one of; a second request meanwhile is refused. */
function oneAtATime(what: string, { body, run }: Route): Route {
  let busy = false;
  return {
    body,
    async run(request) {
      if (busy) throw new RequestError(429, `${what} is under way already`);
      busy = true;
      try {
        return await run(request);
      } finally {
        busy = false;
      }
    },
  };
}
