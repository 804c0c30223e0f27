import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSource } from '../../../../../daemon/doctor/config-source.js';
import { boardConfig, doctor, FakeBoard, type Given } from '../support/board.js';

let board: FakeBoard;
beforeEach(() => {
  board = new FakeBoard();
});
afterEach(() => board.dispose());

const program = (given: Given) =>
  doctor(board, { ...given, only: ['config', 'processor', 'glibc', 'node', 'addon', 'sharp', 'model'] });

describe('configuration', () => {
  test('each mistake, and where to see it', async () => {
    const problem = 'a.yaml is not a valid configuration:\n  camera.fps: unknown key';
    const found = await program({ source: { problem } });
    expect(found.of('config')).toMatchObject({
      ...{ state: 'failed', found: problem, remedy: 'zynqnetd config check -c /etc/zynqnetd/zynqnetd.yaml' },
    });
  });

  test('a file that this user may not read', async () => {
    const found = await program({ source: { forbidden: true, problem: 'EACCES' } });
    expect(found.of('config')).toMatchObject({ state: 'failed', remedy: 'sudo zynqnetd doctor' });
  });

  test('stored changes that were ignored', async () => {
    const found = await program({ source: { overlayProblems: ['overlay.json is unreadable: x'] } });
    expect(found.of('config')).toMatchObject({ state: 'warning', found: expect.stringContaining('overlay.json') });
  });

  test('an older name of a key, which still works', async () => {
    const found = await program({ source: { olderNames: ['my.yaml: a.old: is called a.new since version 2'] } });
    expect(found.of('config')).toMatchObject({ state: 'warning', found: expect.stringContaining('is called a.new') });
  });

  test('none at all is fine', async () => {
    expect((await program({ source: { file: undefined as unknown as string } })).of('config').state).toBe('ok');
  });

  describe('as it is read', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'zynqnet-doctor-source-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    test('the installed file where none is given, else the defaults; nothing is made', () => {
      const state = join(folder, 'state');
      const installed = join(folder, 'installed.yaml');
      expect(loadSource(undefined, [], installed).source.file).toBeUndefined();
      writeFileSync(installed, `device:\n  stateFolder: ${state}\nclassify:\n  topK: 7\n`);
      const { config, source } = loadSource(undefined, ['classify.frames=9'], installed);
      expect(source).toMatchObject({ file: installed, overlayProblems: [] });
      expect(config.classify).toMatchObject({ topK: 7, frames: 9 });
      expect(source.olderNames).toEqual([]);
      const older = loadSource(undefined, ['engine.recovery.standIn=none'], installed);
      expect(older.config.engine.recovery.fallback).toBe('none');
      expect(older.source.olderNames).toEqual([expect.stringContaining('engine.recovery.fallback')]);
      expect(existsSync(state)).toBe(false);
      mkdirSync(state);
      writeFileSync(join(state, 'overlay.json'), '{"revision":2,"patch":{"classify":{"topK":3}}}');
      expect(loadSource(undefined, [], installed).config.classify.topK).toBe(3);
      writeFileSync(join(state, 'overlay.json'), 'garbage');
      expect(loadSource(undefined, [], installed).source.overlayProblems[0]).toContain('unreadable');
    });

    test('a file with mistakes: they are told, and the defaults stand in', () => {
      const file = join(folder, 'bad.yaml');
      writeFileSync(file, 'camera:\n  source: telescope\n');
      const { config, source } = loadSource(file, []);
      expect(source.problem).toContain('camera.source');
      expect(source.forbidden).toBe(false);
      expect(config.camera.source).toBe('scene');
      expect(loadSource(join(folder, 'absent.yaml'), []).source.problem).toContain('absent.yaml');
    });
  });
});

describe('processor and C library', () => {
  test('an ARM core without NEON', async () => {
    board.write('/proc/cpuinfo', 'Features\t: half thumb vfp edsp vfpv3 vfpv3d16\nCPU part\t: 0xc09\n');
    const found = await program({});
    expect(found.of('processor')).toMatchObject({ state: 'failed', found: 'Cortex-A9 without neon' });
  });

  test('a Cortex-A9', async () => {
    expect((await program({})).of('processor').found).toBe('2 x Cortex-A9 with NEON');
  });

  for (const [glibc, arch, state] of [
    ['2.36', 'arm', 'ok'],
    ['2.39', 'arm', 'ok'],
    ['2.35', 'arm', 'ok'],
    ['2.31', 'arm', 'ok'],
    ['2.30', 'arm', 'failed'],
    ['2.9', 'arm', 'failed'],
    ['2.28', 'x64', 'ok'],
    [undefined, 'arm', 'failed'],
  ] as const) {
    test(`glibc ${glibc} on ${arch}`, async () => {
      const found = await program({ machine: { glibc, arch } });
      expect(found.of('glibc').state).toBe(state);
    });
  }

  for (const [node, state] of [
    ['v20.9.0', 'ok'],
    ['v20.8.1', 'failed'],
    ['v18.20.0', 'failed'],
    ['v22.0.0', 'ok'],
  ] as const) {
    test(`Node ${node}`, async () => {
      expect((await program({ machine: { node } })).of('node').state).toBe(state);
    });
  }
});

describe('libraries and model', () => {
  const refuse = (message: string, code?: string) => () => {
    throw Object.assign(new Error(message), code === undefined ? {} : { code });
  };

  test('an addon that does not load: the model is not tried', async () => {
    const asked: string[] = [];
    const found = await program({ asked, answers: { addon: refuse('The native addon could not be loaded') } });
    expect(found.of('addon')).toMatchObject({ state: 'failed', remedy: 'deploy/install.sh root@BOARD' });
    expect(found.of('model').found).toBe("'Native addon' has failed");
    expect(asked).not.toContain('model');
  });

  test('sharp: too old a C library asks for the other bundle', async () => {
    const answers = { sharp: refuse('Could not load the "sharp" module\nPossible solutions:\n- x') };
    const found = await program({ answers, machine: { glibc: '2.34' } });
    expect(found.of('sharp')).toMatchObject({ state: 'failed', remedy: expect.stringContaining('--glibc 2.31') });
    expect((await program({ answers })).of('sharp').remedy).toBe('deploy/install.sh root@BOARD');
    expect((await program({ answers, machine: { arch: 'x64' } })).of('sharp').remedy).toBe('npm ci');
  });

  test('sharp that loads but decodes wrongly has failed', async () => {
    const sharp = () => ({ version: '0.35.5', libvips: '8', works: false });
    expect((await program({ answers: { sharp } })).of('sharp').state).toBe('failed');
  });

  test('a model whose file, labels or names do not fit', async () => {
    const facts = {
      ...{ name: 'm', file: 'm.zqn', fileBytes: 1, classes: 3, labels: 3, repeated: [] as string[] },
      ...{ arithmetic: 'int8', input: '8x8x3' },
    };
    const state = async (change: object, labels: string[] | null = null) => {
      const config = { ...boardConfig, model: { labels } };
      return (await program({ config, answers: { model: () => ({ ...facts, ...change }) } })).of('model');
    };
    expect(await state({})).toMatchObject({ state: 'ok' });
    expect(await state({}, ['a', 'b'])).toMatchObject({ state: 'failed', found: expect.stringContaining('2 names') });
    expect(await state({}, ['a', 'b', 'c'])).toMatchObject({ state: 'ok' });
    expect(await state({ labels: 4 })).toMatchObject({ state: 'failed' });
    expect(await state({ repeated: ['cat'] })).toMatchObject({ state: 'warning' });
    const missing = await program({ answers: { model: refuse('x.zqn: ENOENT', 'MODEL_FILE') } });
    expect(missing.of('model').remedy).toBe('set model.file to a .zqn file');
  });
});
