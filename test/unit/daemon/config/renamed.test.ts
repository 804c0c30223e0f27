import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaAt } from '../../../../daemon/config/issues.js';
import { loadConfigData } from '../../../../daemon/config/load.js';
import { type Renames, renames, renewNames, renewPath, renewValue } from '../../../../daemon/config/renamed.js';
import { ConfigStore } from '../../../../daemon/config/store.js';

const table: Renames = {
  keys: [
    { from: 'engine.old', to: 'engine.new', since: '2.0.0' },
    { from: 'gone.inner', to: 'kept.inner', since: '2.0.0' },
    { from: 'operation', to: 'monitoring', since: '3.0.0' },
  ],
  values: [{ key: 'engine.backend', from: /^model(?=-|$)/, to: 'functional-sim', since: '2.0.0' }],
};
const renew = (data: unknown) => renewNames(data, table);

describe('older names', () => {
  it.each([
    [{ engine: { old: 1, other: 2 } }, { engine: { new: 1, other: 2 } }],
    [{ engine: { old: null } }, { engine: { new: null } }],
    [{ engine: { backend: 'model' } }, { engine: { backend: 'functional-sim' } }],
    [{ engine: { backend: 'model-zybo' } }, { engine: { backend: 'functional-sim-zybo' } }],
    [{ operation: { a: 1 } }, { monitoring: { a: 1 } }],
    [{ operation: { a: 1, b: 1 }, monitoring: { b: 2 } }, { monitoring: { a: 1, b: 2 } }],
    [{ gone: { inner: 1 } }, { kept: { inner: 1 } }],
    [{ gone: { inner: 1, more: 2 } }, { gone: { more: 2 }, kept: { inner: 1 } }],
  ])('of %j make %j, and are said', (data, renewed) => {
    const before = structuredClone(data);
    const { data: result, notices } = renew(data);
    expect(result).toEqual(renewed);
    expect(notices).toHaveLength(1);
    expect(data).toEqual(before);
  });

  it('are said with the new name, and since when', () => {
    expect(renew({ engine: { old: 1, backend: 'model' } }).notices).toEqual([
      { path: 'engine.old', message: 'is called engine.new since version 2.0.0; the old name is still accepted' },
      {
        path: 'engine.backend',
        message: 'the value model is called functional-sim since version 2.0.0; the old name is still accepted',
      },
    ]);
  });

  it('give way to the new name where both are given', () => {
    const { data, notices } = renew({ engine: { old: 1, new: 2 } });
    expect(data).toEqual({ engine: { new: 2 } });
    expect(notices[0]?.message).toContain('the old name is ignored');
  });

  it.each([
    null,
    undefined,
    5,
    'engine',
    [],
    { engine: 5 },
    { engine: { backend: 'modelling' } },
    { engine: { backend: 7 } },
    { engine: [{ old: 1 }] },
    JSON.parse('{"__proto__":{}}'),
  ])('are not in %j, which stays as it is', (data) => {
    const { data: same, notices } = renew(data);
    expect(same).toBe(data);
    expect(notices).toEqual([]);
  });

  it('of keys, and of keys in a group, have a new name each', () => {
    expect(renewPath('engine.old', table)).toBe('engine.new');
    expect(renewPath('operation.a.b', table)).toBe('monitoring.a.b');
    expect(renewPath('operational', table)).toBe('operational');
  });

  it('lead to keys that exist, and are free', () => {
    expect(renames.keys.length).toBeGreaterThan(0);
    for (const { from, to } of renames.keys) {
      expect(schemaAt(to.split('.')), to).toBeDefined();
      expect(schemaAt(from.split('.')), from).toBeUndefined();
    }
    for (const { key } of renames.values) expect(schemaAt(key.split('.')), key).toBeDefined();
  });

  it('of a backend have a new name, whatever the preset', () => {
    expect(renewValue('engine.backend', 'model')).toBe('functional-sim');
    expect(renewValue('engine.backend', 'model-zc706')).toBe('functional-sim-zc706');
    expect(renewValue('engine.backend', 'cpu')).toBe('cpu');
    expect(renewValue('model.file', 'model')).toBe('model');
    expect(new ConfigStore({ engine: { backend: 'model-zybo' } }).config.engine.backend).toBe('functional-sim-zybo');
  });
});

describe('an older name is accepted, with one warning,', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'zynqnetd-renamed-'));
  const old = { engine: { recovery: { standIn: 'none' } } };
  const renewed = { engine: { recovery: { fallback: 'none' } } };
  const warning = 'engine.recovery.standIn: is called engine.recovery.fallback since version 0.2.0';

  it('in a file', () => {
    const file = join(folder(), 'my.yaml');
    writeFileSync(file, 'engine: {recovery: {standIn: none}}');
    const { data, warnings } = loadConfigData(file, []);
    expect(data).toEqual(renewed);
    expect(warnings).toEqual([expect.stringContaining(`${file}: ${warning}`)]);
  });

  it("in --set, which counts more than today's name in the file", () => {
    const file = join(folder(), 'my.yaml');
    writeFileSync(file, 'engine: {recovery: {fallback: cpu}}');
    const { data, warnings } = loadConfigData(file, ['engine.recovery.standIn=none']);
    expect(data).toEqual(renewed);
    expect(warnings).toEqual([expect.stringContaining(`--set: ${warning}`)]);
  });

  it('in plain data that a store is made of', () => {
    const store = new ConfigStore(old, undefined, 'my.yaml');
    expect(store.config.engine.recovery.fallback).toBe('none');
    expect(store.warnings).toEqual([expect.stringContaining(`my.yaml: ${warning}`)]);
    store.apply(store.propose({ engine: { recovery: { fallback: 'cpu' } } }));
    expect(store.config.engine.recovery.fallback).toBe('cpu');
  });

  it('in what an earlier version has stored, and in what it has staged', () => {
    const stateFolder = folder();
    const base = { device: { stateFolder } };
    const stored = { revision: 3, patch: old };
    writeFileSync(join(stateFolder, 'overlay.json'), JSON.stringify(stored));
    const store = ConfigStore.open(base);
    expect(store.config.engine.recovery.fallback).toBe('none');
    expect(store.patch).toEqual(renewed);
    expect(store.problems).toEqual([]);
    expect(store.warnings).toEqual([expect.stringContaining(warning)]);
    expect(JSON.parse(readFileSync(join(stateFolder, 'overlay.json'), 'utf8'))).toEqual(stored);

    const staged = { state: 'staged', overlay: { revision: 4, patch: { ...old, log: { format: 'json' } } } };
    writeFileSync(join(stateFolder, 'trial.json'), JSON.stringify({ ...staged, answer: { id: 1 }, frames: false }));
    const candidate = ConfigStore.open(base);
    expect(candidate.config).toMatchObject({ ...renewed, log: { format: 'json' } });
    candidate.confirm();
    expect(JSON.parse(readFileSync(join(stateFolder, 'overlay.json'), 'utf8')).patch).toMatchObject(renewed);
    expect(ConfigStore.open(base).warnings).toEqual([]);
    expect(ConfigStore.open(base).previousPatch()).toEqual(renewed);
  });

  it('in a message, under the rules of the new name', () => {
    const store = new ConfigStore({});
    const proposal = store.proposeRemote(old);
    expect(proposal.patch).toEqual(renewed);
    expect(proposal.notices.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      expect.stringContaining(warning),
    ]);
    expect(() => store.proposeRemote({ engine: { recovery: { standIn: 'someone' } } })).toThrow();
  });
});
