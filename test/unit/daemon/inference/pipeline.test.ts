import { afterEach, describe, expect, it } from 'vitest';
import { type Outcome, Pipeline, type Runtime } from '../../../../daemon/inference/pipeline.js';

interface TestFrame {
  readonly id: number;
  readonly capturedMs: number;
}

const frame = (id: number): TestFrame => ({ id, capturedMs: performance.now() });

/** A runtime whose steps wait until the test lets them go. */
class HandRuntime implements Runtime<TestFrame> {
  readonly preparing = new Map<number, { go(): void; fail(error: Error): void }>();
  readonly inferring = new Map<number, { go(): void; fail(error: Error): void }>();

  preprocess({ id }: TestFrame): Promise<Uint8Array> {
    return this.#wait(this.preparing, id, Uint8Array.of(id));
  }

  infer(input: Uint8Array): Promise<Int32Array> {
    const id = input[0] ?? 0;
    return this.#wait(this.inferring, id, Int32Array.of(id));
  }

  #wait<T>(waiting: Map<number, { go(): void; fail(error: Error): void }>, id: number, value: T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = (act: () => void) => () => {
        waiting.delete(id);
        act();
      };
      waiting.set(id, { go: done(() => resolve(value)), fail: (error) => done(() => reject(error))() });
    });
  }
}

/** Lets everything that is ready run. */
const settle = async () => {
  for (let n = 0; n < 5; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

function setUp(limits = { preprocessMs: 60_000, inferenceMs: 60_000 }, other?: () => Runtime<TestFrame>) {
  const hand = new HandRuntime();
  const runtime = other ?? (() => hand);
  const delivered: number[] = [];
  const failures: { stage: string; error: unknown }[] = [];
  let onDeliver: (outcome: Outcome<TestFrame, Runtime<TestFrame>>) => void = () => {};
  const pipeline = new Pipeline<TestFrame, Runtime<TestFrame>>({
    runtime,
    limits: () => limits,
    deliver: (outcome) => {
      delivered.push(outcome.frame.id);
      onDeliver(outcome);
    },
    failed: (stage, error) => failures.push({ stage, error }),
  });
  running = pipeline;
  return { pipeline, hand, delivered, failures, deliverWith: (act: typeof onDeliver) => (onDeliver = act) };
}

let running: { stop(timeoutMs: number): Promise<boolean> } | undefined;
afterEach(async () => {
  await running?.stop(10);
});

describe('the pipeline', () => {
  it('prepares the next frame while the engine works on the current one, and never holds more than two', async () => {
    const { pipeline, hand } = setUp();
    pipeline.offer(frame(1));
    await settle();
    hand.preparing.get(1)?.go();
    await settle();
    pipeline.offer(frame(2));
    await settle();
    expect([...hand.inferring.keys()]).toEqual([1]);
    expect([...hand.preparing.keys()]).toEqual([2]);
    for (const id of [3, 4, 5]) pipeline.offer(frame(id));
    await settle();
    expect([...hand.preparing.keys()]).toEqual([2]);
    expect(pipeline.stats()).toMatchObject({ captured: 5, dropped: 2 });
    hand.inferring.get(1)?.go();
    await settle();
    expect([...hand.preparing.keys()]).toEqual([2, 5]);
  });

  it('delivers in order even when preparation ends out of order', async () => {
    const { pipeline, hand, delivered } = setUp();
    pipeline.offer(frame(1));
    await settle();
    pipeline.offer(frame(2));
    await settle();
    hand.preparing.get(2)?.go();
    await settle();
    expect(hand.inferring.size).toBe(0);
    hand.preparing.get(1)?.go();
    await settle();
    hand.inferring.get(1)?.go();
    await settle();
    hand.inferring.get(2)?.go();
    await settle();
    expect(delivered).toEqual([1, 2]);
  });

  it('loses only the frame when a stage fails, and counts it', async () => {
    const { pipeline, hand, delivered, failures, deliverWith } = setUp();
    const step = async (id: number) => {
      pipeline.offer(frame(id));
      await settle();
    };
    await step(1);
    hand.preparing.get(1)?.fail(new Error('no picture'));
    await step(2);
    hand.preparing.get(2)?.go();
    await settle();
    hand.inferring.get(2)?.fail(new Error('no answer'));
    deliverWith(() => {
      throw new Error('no listener');
    });
    await step(3);
    hand.preparing.get(3)?.go();
    await settle();
    hand.inferring.get(3)?.go();
    await settle();
    deliverWith(() => {});
    await step(4);
    hand.preparing.get(4)?.go();
    await settle();
    hand.inferring.get(4)?.go();
    await settle();
    expect(delivered).toEqual([3, 4]);
    expect(failures.map(({ stage }) => stage)).toEqual(['preprocess', 'inference', 'delivery']);
    expect(pipeline.stats().failed).toEqual({ preprocess: 1, inference: 1, delivery: 1 });
  });

  it('gives up work beyond its time limit, refuses more until that ends, then goes on', async () => {
    const { pipeline, hand, failures } = setUp({ preprocessMs: 60_000, inferenceMs: 5 });
    pipeline.offer(frame(1));
    await settle();
    hand.preparing.get(1)?.go();
    while (failures.length === 0) await settle();
    expect(failures[0]).toMatchObject({ stage: 'inference', error: { code: 'STAGE_TIMEOUT' } });
    expect(pipeline.stats().stuck.inference).toBe(true);
    pipeline.offer(frame(2));
    await settle();
    hand.preparing.get(2)?.go();
    while (failures.length === 1) await settle();
    expect(failures[1]).toMatchObject({ stage: 'inference', error: { code: 'STAGE_STUCK' } });
    hand.inferring.get(1)?.go();
    await settle();
    expect(pipeline.stats().stuck.inference).toBe(false);
    pipeline.offer(frame(3));
    await settle();
    hand.preparing.get(3)?.go();
    await settle();
    expect([...hand.inferring.keys()]).toEqual([3]);
  });

  it('runs each frame wholly on the runtime that it was prepared for', async () => {
    const [a, b] = [new HandRuntime(), new HandRuntime()];
    let current = a;
    const { pipeline } = setUp(undefined, () => current);
    pipeline.offer(frame(1));
    await settle();
    current = b;
    pipeline.offer(frame(2));
    await settle();
    a.preparing.get(1)?.go();
    b.preparing.get(2)?.go();
    await settle();
    expect([...a.inferring.keys()]).toEqual([1]);
    a.inferring.get(1)?.go();
    await settle();
    expect([...b.inferring.keys()]).toEqual([2]);
  });

  it('lets the frame in the engine finish on stop, and takes no new one', async () => {
    const { pipeline, hand, delivered } = setUp();
    pipeline.offer(frame(1));
    await settle();
    hand.preparing.get(1)?.go();
    await settle();
    pipeline.offer(frame(2));
    await settle();
    const stopped = pipeline.stop(60_000);
    hand.preparing.get(2)?.go();
    hand.inferring.get(1)?.go();
    expect(await stopped).toBe(true);
    expect(delivered).toEqual([1]);
    expect(hand.inferring.size).toBe(0);
    pipeline.offer(frame(3));
    await settle();
    expect(hand.preparing.size).toBe(0);
    expect(pipeline.stats()).toMatchObject({ captured: 3, dropped: 0, waiting: 0, inFlight: 0 });
  });

  it('does not wait for ever on stop', async () => {
    const { pipeline, hand } = setUp();
    pipeline.offer(frame(1));
    await settle();
    expect(hand.preparing.size).toBe(1);
    expect(await pipeline.stop(5)).toBe(false);
  });
});
