import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../../daemon/inference/engine/engine.js';
import type { EngineStateName } from '../../../../../daemon/inference/engine/engine-states.js';
import { SupervisedEngine, type SupervisionOptions } from '../../../../../daemon/inference/engine/supervised-engine.js';
import { ZynqnetError } from '../../../../../daemon/util/error.js';

type Behaviour = 'good' | 'error' | 'hang' | 'input';

/** An engine, or the act of opening one, that does what the test says. */
class Bench {
  frame: Behaviour = 'good';
  reset: Behaviour = 'good';
  reload: Behaviour = 'good';
  open: Behaviour = 'good';
  fallback: Behaviour = 'good';
  readonly log: string[] = [];
  readonly states: EngineStateName[] = [];
  /** What the next frames do, before `frame` applies again. */
  next: Behaviour[] = [];

  supervised(): Promise<SupervisedEngine> {
    return SupervisedEngine.open(this.#options());
  }

  supervisedOrFallback(): Promise<SupervisedEngine> {
    return SupervisedEngine.openOrFallBack(this.#options());
  }

  #options(): SupervisionOptions {
    return {
      open: () => this.#does('open', this.open, this.#engine('wanted')),
      openFallback: () => this.#does('fallback', this.fallback, this.#engine('cpu')),
      limits: () => ({ frameMs: 1000, stepMs: 5000, steadyMs: 60_000, probeMs: 600_000 }),
      changed: ({ is }) => this.states.push(is),
    };
  }

  #engine(name: string): Engine {
    return {
      name,
      run: () =>
        this.#does(
          `frame on ${name}`,
          name === 'cpu' ? 'good' : (this.next.shift() ?? this.frame),
          new Int32Array([1]),
        ),
      reset: () => this.#does('reset', this.reset, undefined),
      reload: () => this.#does('reload', this.reload, undefined),
      close: () => this.log.push(`close ${name}`),
    };
  }

  #does<T>(what: string, behaviour: Behaviour, value: T): Promise<T> {
    this.log.push(what);
    if (behaviour === 'hang') return new Promise<T>(() => {});
    if (behaviour === 'input') return Promise.reject(new ZynqnetError('ENGINE_INPUT', 'wrong size'));
    return behaviour === 'good' ? Promise.resolve(value) : Promise.reject(new Error(`${what} failed`));
  }
}

const input = new Uint8Array(1);

/** The answer's length, or the error's code or message; time passes as needed. */
async function outcome(engine: Engine): Promise<string> {
  const told = engine.run(input).then(
    (logits) => `answer ${logits.length}`,
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
  await vi.advanceTimersByTimeAsync(2500);
  return told;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an engine under supervision', () => {
  it('runs a frame that failed once more, and nobody notices but the counts', async () => {
    const bench = new Bench();
    const engine = await bench.supervised();
    bench.next = ['error'];
    expect(await outcome(engine)).toBe('answer 1');
    expect(engine.status()).toMatchObject({ state: 'serving', errors: 1, retries: 1, resets: 0 });
    expect(bench.states).toEqual(['retrying', 'serving']);
  });

  it('passes on what the caller did wrong, and recovers nothing', async () => {
    const bench = new Bench();
    const engine = await bench.supervised();
    bench.next = ['input'];
    expect(await outcome(engine)).toBe('ENGINE_INPUT');
    expect(engine.status()).toMatchObject({ state: 'serving', errors: 0 });
  });

  it('resets after a frame that fails twice, and after one that hangs without a retry', async () => {
    for (const next of [['error', 'error'], ['hang']] as Behaviour[][]) {
      const bench = new Bench();
      const engine = await bench.supervised();
      bench.next = [...next];
      expect(await outcome(engine)).not.toBe('answer 1');
      expect(engine.status()).toMatchObject({ state: 'afterReset', resets: 1, reloads: 0 });
      expect(await outcome(engine)).toBe('answer 1');
      expect(engine.status().state).toBe('afterReset');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await outcome(engine)).toBe('answer 1');
      expect(engine.status().state).toBe('serving');
    }
  });

  it('reloads and opens anew when a reset does not last', async () => {
    const bench = new Bench();
    const engine = await bench.supervised();
    bench.next = ['hang', 'good', 'error'];
    await outcome(engine);
    expect(await outcome(engine)).toBe('answer 1');
    expect(await outcome(engine)).toContain('failed');
    expect(engine.status()).toMatchObject({ state: 'afterReload', resets: 1, reloads: 1 });
    expect(bench.log.slice(-4)).toEqual(['frame on wanted', 'reload', 'open', 'close wanted']);
    expect(await outcome(engine)).toBe('answer 1');
  });

  it('refuses frames while a step is under way, each step within its time limit', async () => {
    const bench = new Bench();
    const engine = await bench.supervised();
    Object.assign(bench, { frame: 'hang', reset: 'hang', reload: 'hang' });
    expect(await outcome(engine)).toBe('ENGINE_HUNG');
    expect(await outcome(engine)).toBe('ENGINE_RECOVERING');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(engine.status()).toMatchObject({ state: 'fallback', resets: 1, reloads: 1, fallbacks: 1 });
    expect(engine.name).toBe('cpu');
    expect(await outcome(engine)).toBe('answer 1');
  });

  it('tries the wanted engine again while the CPU runs the frames, and returns to it once it answers', async () => {
    const bench = new Bench();
    const engine = await bench.supervised();
    Object.assign(bench, { frame: 'error', reset: 'error', reload: 'error' });
    await outcome(engine);
    expect(engine.name).toBe('cpu');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await outcome(engine)).toBe('answer 1'); // of the fallback, while the probe fails
    expect(engine.status()).toMatchObject({ state: 'fallback', returns: 0 });
    Object.assign(bench, { frame: 'good', reset: 'good', reload: 'good' });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await outcome(engine)).toBe('answer 1');
    expect(engine.name).toBe('wanted');
    expect(engine.status()).toMatchObject({ state: 'afterReload', returns: 1 });
  });

  it('can start on the CPU when the wanted engine cannot be opened, and goes over to it later', async () => {
    const bench = new Bench();
    bench.open = 'error';
    await expect(bench.supervised()).rejects.toThrow('open failed');
    const engine = await bench.supervisedOrFallback();
    expect(engine.status()).toMatchObject({ state: 'fallback', fallbacks: 1, lastError: 'open failed' });
    expect(await outcome(engine)).toBe('answer 1');
    bench.open = 'good';
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await outcome(engine)).toBe('answer 1');
    expect(engine.name).toBe('wanted');
    Object.assign(bench, { open: 'error', fallback: 'error' });
    await expect(bench.supervisedOrFallback()).rejects.toThrow('open failed');
  });

  it('says that no engine is left when there is no fallback', async () => {
    const bench = new Bench();
    const engine = await bench.supervised();
    Object.assign(bench, { frame: 'error', reset: 'error', reload: 'error', fallback: 'error' });
    await outcome(engine);
    expect(engine.status()).toMatchObject({ state: 'failed', lastError: 'fallback failed' });
    expect(await outcome(engine)).toBe('ENGINE_FAILED');
    engine.close();
    expect(await outcome(engine)).toBe('ENGINE_CLOSED');
  });

  it('recovers once, however many frames fail at the same time', async () => {
    const bench = new Bench();
    const engine = await bench.supervised();
    bench.next = ['hang', 'hang', 'hang'];
    await Promise.all([outcome(engine), outcome(engine), outcome(engine)]);
    expect(engine.status()).toMatchObject({ state: 'afterReset', hangs: 1, resets: 1 });
  });

  it('closes an engine that comes up after its step was given up', async () => {
    const bench = new Bench();
    let release: (engine: Engine) => void = () => {};
    let opened = 0;
    const slow = new Promise<Engine>((resolve) => {
      release = resolve;
    });
    const broken: Engine = {
      name: 'broken',
      run: () => Promise.reject(new Error('broken')),
      close: () => bench.log.push('close broken'),
    };
    const engine = await SupervisedEngine.open({
      open: () => {
        opened += 1;
        return opened === 1 ? Promise.resolve(broken) : slow;
      },
      openFallback: undefined,
      limits: () => ({ frameMs: 10, stepMs: 10, steadyMs: 10, probeMs: 1e9 }),
      changed: () => {},
    });
    await outcome(engine);
    await outcome(engine);
    expect(engine.status().state).toBe('failed');
    release({ ...broken, close: () => bench.log.push('close late') });
    await vi.advanceTimersByTimeAsync(1);
    expect(bench.log).toContain('close late');
  });
});
