import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Frame } from '../../../../daemon/camera/frame.js';
import { checkConfig } from '../../../../daemon/config/load.js';
import { FrameClassifier } from '../../../../daemon/inference/frame-classifier.js';
import { ModelRuntime } from '../../../../daemon/inference/model-runtime.js';
import { parseModelFile } from '../../../../daemon/model/model-file.js';
import { Alerts } from '../../../../daemon/monitoring/alerts.js';
import { ZynqnetError } from '../../../../daemon/util/error.js';
import { smallModel } from '../../../support/small-model.js';

/** FrameClassifier with an engine that fails as told; `show` sends a frame through and waits for what becomes of it. */
async function make() {
  const told: string[] = [];
  const lines: string[] = [];
  const model = parseModelFile(smallModel({ size: 8 }), 'test');
  const faulty = { error: undefined as Error | undefined };
  const classifier = new FrameClassifier({
    config: () => checkConfig({}),
    device: 'd',
    session: 's',
    clockSynchronized: () => true,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) }),
    alerts: new Alerts((id, alert) => told.push(`${id} ${alert === null ? 'over' : 'up'}`)),
    sinks: [],
    openRuntime: async () =>
      new ModelRuntime(model, {
        name: 'faulty',
        run: async () => {
          if (faulty.error !== undefined) throw faulty.error;
          return new Int32Array(3);
        },
        close: () => {},
      }),
  });
  const frame: Frame = {
    data: new Uint8Array(16 * 16 * 3),
    format: 'rgb24',
    width: 16,
    height: 16,
    sequence: 0,
    capturedAtUtcMs: Date.now(),
    capturedMs: performance.now(),
  };
  const ended = () => {
    const { classified, failed, skipped } = classifier.stats();
    return classified + failed.inference + skipped.inference;
  };
  const show = async (times = 1) => {
    for (let n = 0; n < times; n += 1) {
      const before = ended();
      classifier.frame(frame);
      while (ended() === before) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { classifier, faulty, show, told, lines, frame };
}

it('frames that come before there is a model are counted, and nobody is told of them', async () => {
  const { classifier, frame, told, lines } = await make();
  classifier.frame(frame);
  classifier.frame(frame);
  expect(classifier.stats()).toMatchObject({ noModel: 2, captured: 0 });
  expect([told, lines]).toEqual([[], []]);
});

it('a frame that fails is a line in the log; ten in a row are an alert, until one gets through', async () => {
  const { classifier, faulty, show, told, lines } = await make();
  await classifier.load();
  faulty.error = new Error('no answer');
  await show(9);
  faulty.error = undefined;
  await show();
  expect(told).toEqual([]);
  faulty.error = new Error('no answer');
  await show(30);
  expect(told).toEqual(['inference up']);
  faulty.error = undefined;
  await show();
  expect(told).toEqual(['inference up', 'inference over']);
  expect(classifier.stats()).toMatchObject({ classified: 2, failed: { inference: 39 }, outcomes: 41 });
  expect(lines).toEqual(['a frame could not be classified', 'a frame could not be classified']); // the 1st and the 10th
});

it('frames that are refused while the engine recovers are skipped, not failed, and the EngineManager reports it', async () => {
  const { classifier, faulty, show, told, lines } = await make();
  await classifier.load();
  faulty.error = new ZynqnetError('ENGINE_RECOVERING', 'the engine is recovering');
  await show(30);
  expect(classifier.stats()).toMatchObject({ failed: { inference: 0 }, skipped: { inference: 30 }, outcomes: 0 });
  expect([told, lines]).toEqual([[], []]);
});
