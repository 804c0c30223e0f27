import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraKindNames } from '../../../../daemon/camera/kinds/table.js';
import { ConfigError } from '../../../../daemon/config/issues.js';
import { checkConfig, loadConfigData, parseConfigText, settingPatch } from '../../../../daemon/config/load.js';

function issuesOf(data: unknown) {
  try {
    checkConfig(data);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
  return [];
}

describe('checking a configuration', () => {
  it('takes nothing at all as all the defaults', () => {
    const config = checkConfig(undefined);
    expect(config.camera.source).toBe('scene');
    expect(config.mqtt.backoff).toEqual({ minSeconds: 1, maxSeconds: 60 });
    expect(config).toEqual(checkConfig({}));
  });

  it('reports every mistake at once, with its path, what was given and what is allowed', () => {
    const issues = issuesOf({
      camera: { source: 'webcam', v4l3: {}, scene: { framesPerSecond: 'fast' } },
      mqtt: { keepaliveSeconds: 1 },
      device: 7,
      preprocess: { region: { x: 1, y: 2, width: 0 } },
    });
    const found = Object.fromEntries(issues.map(({ path, message }) => [path, message]));
    expect(Object.keys(found).sort()).toEqual([
      'camera.scene.framesPerSecond',
      'camera.source',
      'camera.v4l3',
      'device',
      'mqtt.keepaliveSeconds',
      'preprocess.region.height',
      'preprocess.region.width',
    ]);
    const kinds = cameraKindNames.map((name) => `"${name}"`).join(', ');
    expect(found['camera.source']).toBe(`given "webcam", allowed is ${kinds}`);
    expect(found['camera.v4l3']).toMatch(/^unknown key; known here: .*v4l2/);
    expect(found['mqtt.keepaliveSeconds']).toBe('given 1, allowed is integer from 2 to 3600');
    expect(found['preprocess.region.height']).toMatch(/^given nothing/);
  });

  it('refuses keys of the object prototype like any other unknown key', () => {
    expect(issuesOf({ constructor: 1 })).toHaveLength(1);
    expect(issuesOf(JSON.parse('{"__proto__": {"x": 1}}'))).toHaveLength(1);
    expect(issuesOf(parseConfigText('__proto__: {x: 1}', 'file'))).toHaveLength(1);
  });

  it('answers any data with a configuration or a ConfigError, never with anything else', () => {
    const anything = fc.anything({ maxDepth: 4 });
    const nearly = fc.record({ camera: anything, mqtt: anything, classify: fc.record({ topK: anything }) });
    fc.assert(
      fc.property(fc.oneof(anything, nearly), (data) => {
        try {
          checkConfig(data);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});

describe('reading YAML', () => {
  it('names line and column of what is no YAML, and of double keys', () => {
    expect(() => parseConfigText('camera:\n  source: [', 'my.yaml')).toThrow(/my\.yaml[\s\S]*line 2/);
    expect(() => parseConfigText('log: {}\nlog: {}', 'my.yaml')).toThrow(/line 2/);
  });

  it('refuses alias bombs', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let n = 1; n < 9; n += 1)
      bomb.push(`${'abcdefghi'[n]}: &${'abcdefghi'[n]} [${Array(9).fill(`*${'abcdefghi'[n - 1]}`)}]`);
    expect(() => parseConfigText(bomb.join('\n'), 'my.yaml')).toThrow(ConfigError);
  });

  it('says which file cannot be read', () => {
    expect(() => loadConfigData('/does/not/exist.yaml', [])).toThrow(/exist\.yaml/);
  });
});

describe('--set', () => {
  it.each([
    ['camera.source=v4l2', { camera: { source: 'v4l2' } }],
    ['classify.topK=3', { classify: { topK: 3 } }],
    ['publish.results=false', { publish: { results: false } }],
    ['mqtt.url=mqtt://a:1883/?x=1', { mqtt: { url: 'mqtt://a:1883/?x=1' } }],
    ['device.groups=[a, b]', { device: { groups: ['a', 'b'] } }],
    ['mqtt.url=', { mqtt: { url: null } }],
  ])('reads %s', (setting, patch) => {
    expect(settingPatch(setting)).toEqual(patch);
  });

  it.each(['camera', '=x', 'camera..source=x', '.a=1'])('refuses %s', (setting) => {
    expect(() => settingPatch(setting)).toThrow(ConfigError);
  });

  it('goes over the file, the last one winning', () => {
    const { data } = loadConfigData(undefined, ['log.level=warn', 'log.format=json', 'log.level=debug']);
    expect(checkConfig(data).log).toMatchObject({ level: 'debug', format: 'json' });
  });

  it('cannot reach the object prototype', () => {
    loadConfigData(undefined, ['__proto__.polluted=1', 'constructor.prototype.polluted=1']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
