import { describe, expect, it } from 'vitest';
import { calledTargets } from '../../../../daemon/config/define.js';
import { ConfigStore } from '../../../../daemon/config/store.js';
import { type Appliers, ConfigApplier } from '../../../../daemon/control/config-applier.js';

/** What is called after each of these patches, and the failures that were reported. */
async function calls(patches: readonly Record<string, unknown>[], failing?: string) {
  const called: string[] = [];
  const failures: string[] = [];
  const call = (target: string) => async () => {
    called.push(target);
    if (target === failing) throw new Error(`${target} is broken`);
  };
  const applier = new ConfigApplier(
    Object.fromEntries(calledTargets.map((target) => [target, call(target)])) as unknown as Appliers,
  );
  const store = new ConfigStore({});
  applier.follow(
    store,
    (reason) => failures.push(reason),
    () => called.push('done'),
  );
  for (const patch of patches) {
    store.apply(store.propose(patch));
    await applier.settled().catch(() => {});
  }
  return { called, failures };
}

describe('a change of the configuration', () => {
  it.each([
    ['a key that is read at each use', { classify: { topK: 2 } }, []],
    ['recovery, which reads its keys itself', { engine: { recovery: { exit: false } } }, []],
    ['the level of the log', { log: { level: 'warn' } }, ['log']],
    ['the schedule', { schedule: { timeZone: 'Europe/Berlin' } }, ['schedule']],
    ['power saving', { power: { saving: true } }, ['schedule']],
    ['a model', { model: { file: 'a.zqn' } }, ['model', 'labels']],
    ['an engine', { engine: { threads: 1 } }, ['model']],
    ['an accelerator', { engine: { accelerator: { timeoutMs: 100 } } }, ['model']],
    ['a region', { preprocess: { region: { x: 0, y: 0, width: 1, height: 1 } } }, ['view']],
    ['labels', { model: { labels: ['a'] } }, ['labels']],
    ['a camera', { camera: { source: 'v4l2' } }, ['camera']],
    ['a parameter of a camera', { camera: { scene: { seed: 2 } } }, ['camera']],
  ])('of %s calls what the key applies', async (_, patch, targets) => {
    expect((await calls([patch])).called).toEqual([...targets, 'done']);
  });

  it('of many keys calls each part once and in order; a model arranges its own input', async () => {
    const patch = {
      camera: { source: 'v4l2', name: 'gate' },
      preprocess: { rotate: 90 },
      model: { file: 'a.zqn', labels: ['a'] },
      power: { saving: true },
      log: { level: 'warn' },
    };
    expect((await calls([patch])).called).toEqual(['log', 'schedule', 'model', 'labels', 'camera', 'done']);
  });

  it('that fails is reported and goes no further; the next one is applied all the same', async () => {
    const first = { model: { file: 'a.zqn' }, camera: { source: 'v4l2' } };
    const { called, failures } = await calls([first, { log: { level: 'warn' } }], 'model');
    expect(called).toEqual(['model', 'log', 'done']);
    expect(failures).toEqual(['model is broken']);
  });
});
