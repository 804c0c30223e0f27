import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../daemon/config/issues.js';
import { checkConfig } from '../../../../daemon/config/load.js';
import { effectOf } from '../../../../daemon/config/lookup.js';
import { mergePatch } from '../../../../daemon/config/merge.js';
import { type ConfigChange, ConfigStore, PatchError } from '../../../../daemon/config/store.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zynqnetd-store-'));
});
const caught = (work: () => unknown): PatchError => {
  try {
    work();
  } catch (error) {
    if (error instanceof PatchError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};
const open = (base: object = {}) => ConfigStore.open({ device: { stateFolder: folder }, ...base });

describe('the configuration store', () => {
  it('applies a change, tells who listens, and keeps it over a restart', () => {
    const store = open();
    const changes: ConfigChange[] = [];
    store.subscribe((change) => changes.push(change));
    store.apply(store.propose({ classify: { topK: 3 } }));
    store.confirm();
    expect(changes.map(({ changed, effect, revision }) => ({ changed, effect, revision }))).toEqual([
      { changed: ['classify.topK'], effect: 'live', revision: 1 },
    ]);
    const again = open();
    expect(again.config.classify.topK).toBe(3);
    expect(again.revision).toBe(1);
  });

  it('forgets a trial that was not kept, and goes back to what was kept on revert', () => {
    const store = open();
    store.apply(store.propose({ classify: { topK: 3 } }));
    store.confirm();
    store.apply(store.propose({ classify: { topK: 9 }, log: { level: 'debug' } }));
    expect(store.config.classify.topK).toBe(9);
    expect(open().config.classify.topK).toBe(3);
    store.rollback();
    expect(store.config.classify.topK).toBe(3);
    expect(store.config.log.level).toBe('info');
  });

  it('takes null as back to the default, also over the local file', () => {
    const store = open({ classify: { topK: 7 } });
    store.apply(store.propose({ classify: { topK: null } }));
    expect(store.config.classify.topK).toBe(5);
  });

  it('refuses a wrong change with every mistake, and changes nothing', () => {
    const store = open();
    const before = structuredClone(store.config);
    expect(() => store.propose({ classify: { topK: 0, threshold: 'x' }, nonsense: 1 })).toThrow(ConfigError);
    expect(store.config).toEqual(before);
    expect(store.revision).toBe(0);
  });

  it('never touches the local file, and passes a damaged overlay over for the last good one', () => {
    const store = open();
    store.apply(store.propose({ classify: { topK: 2 } }));
    store.confirm();
    store.apply(store.propose({ classify: { topK: 3 } }));
    store.confirm();
    writeFileSync(join(folder, 'overlay.json'), '{"revision": 2, "pa');
    const again = open();
    expect(again.config.classify.topK).toBe(2);
    expect(again.problems.join()).toContain('overlay.json');
    expect(readFileSync(join(folder, 'overlay.json'), 'utf8')).toBe('{"revision": 2, "pa');
  });

  it('passes over an overlay that no longer fits the schema', () => {
    writeFileSync(join(folder, 'overlay.json'), JSON.stringify({ revision: 4, patch: { classify: { gone: 1 } } }));
    const store = open();
    expect(store.config.classify.topK).toBe(5);
    expect(store.problems).toHaveLength(1);
  });

  it('refuses what a message may not change, each mistake with its kind', () => {
    const patch = {
      classify: { topK: 0 },
      mqtt: { url: 'mqtt://x' },
      camera: { v4l2: { device: '/dev/mem' }, http: null },
      nonsense: 1,
    };
    const refused = caught(() => open().proposeRemote(patch));
    expect(refused.issues.map(({ path, kind }) => `${path} ${kind}`).sort()).toEqual([
      'camera.http invalid',
      'camera.v4l2.device invalid',
      'classify.topK invalid',
      'mqtt.url local',
      'nonsense unknown',
    ]);
  });

  it('passes over a stored change that a message may not make any more', () => {
    const store = open();
    store.apply(store.propose({ mqtt: { user: 'somebody' } }));
    store.confirm();
    expect(open().config.mqtt.user).toBeNull();
  });

  it.each([
    [['classify.topK'], 'live'],
    [['classify.topK', 'camera.source'], 'pipeline'],
    [['camera.source', 'mqtt.url'], 'process'],
    [['preprocess.region.x'], 'live'],
  ])('the effect of %s is %s', (paths, effect) => {
    expect(effectOf(paths)).toBe(effect);
  });

  it('changes by merge patch (RFC 7396): what was in effect, with the patch over it', () => {
    const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
    const box = fc.record({
      x: fc.nat(9),
      y: fc.nat(9),
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.constant(5),
    });
    const patches = fc.record(
      {
        classify: fc.record(
          { topK: maybe(fc.integer({ min: 1, max: 9 })), hold: maybe(fc.constantFrom(0, 0.5)) },
          { requiredKeys: [] },
        ),
        preprocess: fc.record(
          { region: maybe(box), flip: maybe(fc.constantFrom('both', 'none')) },
          { requiredKeys: [] },
        ),
        log: fc.record({ level: maybe(fc.constantFrom('info', 'debug')) }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    const base = { classify: { topK: 7 }, preprocess: { flip: 'both' } };
    fc.assert(
      fc.property(fc.array(patches, { maxLength: 6 }), (list) => {
        const store = new ConfigStore(base);
        for (const patch of list) {
          const wanted = checkConfig(mergePatch(store.config, patch));
          store.apply(store.proposeRemote(patch));
          store.confirm();
          expect(store.config).toEqual(wanted);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('does not tell by its refusals which files there are', () => {
    const refused = (file: string) => caught(() => open().proposeRemote({ model: { file } })).issues;
    expect(refused('../../../../etc/passwd')).toEqual(refused('../../../../etc/absent'));
  });

  it('knows the accepted configuration before the present one, over restarts', () => {
    const store = open();
    expect(store.previousPatch()).toBeUndefined();
    for (const topK of [2, 3]) {
      store.apply(store.propose({ classify: { topK } }));
      store.confirm();
    }
    expect(open().previousPatch()).toEqual({ classify: { topK: 2 } });
    store.apply(store.proposeReplacement(store.previousPatch() ?? {}));
    store.confirm();
    expect(open()).toMatchObject({ revision: 3, patch: { classify: { topK: 2 } } });
  });
});
