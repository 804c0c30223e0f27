import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../../../daemon/config/issues.js';
import { checkConfig } from '../../../../daemon/config/load.js';
import { keyOf } from '../../../../daemon/config/lookup.js';
import { remoteIssues } from '../../../../daemon/config/remote-rules.js';

interface Node {
  readonly effect?: string;
  readonly remote?: boolean;
  readonly remoteRule?: string;
  readonly default?: unknown;
  readonly anyOf?: { type?: string }[];
  readonly properties?: Record<string, Node>;
}

function keys(node: Node, path: string[] = []): [string, Node][] {
  if (node.effect !== undefined) return [[path.join('.'), node]];
  return Object.entries(node.properties ?? {}).flatMap(([name, inner]) => keys(inner, [...path, name]));
}

const all = keys(configJsonSchema() as Node);
const local = checkConfig({ device: { stateFolder: '/var/lib/zynqnetd' } });
const kinds = (patch: Record<string, unknown>) => remoteIssues(patch, local).map(({ path, kind }) => `${path} ${kind}`);

describe('what messages may change', () => {
  it('is enforced wherever the schema states a rule', () => {
    const stated = all.filter(([, node]) => node.remoteRule !== undefined).map(([path]) => path);
    const known = ['camera.ffmpeg.input', 'camera.http.url', 'camera.v4l2.device', 'model.file'];
    expect(stated).toEqual(expect.arrayContaining(known));
    for (const path of stated) {
      const patch = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), 'file:///etc/passwd');
      expect(kinds(patch as Record<string, unknown>)).toEqual([`${path} invalid`]);
    }
  });

  it('never includes credentials, addresses of brokers, folders, commands or trust', () => {
    const remote = all.filter(([, { remote: allowed }]) => allowed).map(([path]) => path);
    const forbidden =
      /password|user|tls|mqtt\.url|folder|Folder|inputOptions|allowedDevices|keys|hosts|caFile|broker|^device\./;
    expect(remote.filter((path) => forbidden.test(path))).toEqual([]);
  });

  it('includes what an owner needs to change', () => {
    const wanted = [
      'camera.source',
      'camera.v4l2.device',
      'camera.http.url',
      'camera.scene.framesPerSecond',
      'preprocess.region',
      'model.file',
      'model.labels',
      'classify.threshold',
      'classify.hold',
      'classify.margin',
      'classify.frames',
      'classify.topK',
      'mqtt.qos.result',
      'publish.maxResultsPerSecond',
      'log.level',
      'schedule.activeHours',
      'power.saving',
    ];
    for (const path of wanted) expect(keyOf(path.split('.'))?.remote, path).toBe(true);
  });

  it('can be taken back by null: a key that may be null is null by default', () => {
    const nullable = all.filter(([, { anyOf }]) => anyOf?.some(({ type }) => type === 'null'));
    expect(nullable.length).toBeGreaterThan(5);
    expect(nullable.filter(([, node]) => node.default !== null).map(([path]) => path)).toEqual([]);
  });

  it.each([
    ['/dev/video3', true],
    ['/dev/v4l/by-id/usb-cam', true],
    ['/dev/video0/../mem', false],
    ['/dev/v4l/by-id/../../mem', false],
    ['/dev/v4l/by-id/a/b', false],
    ['/dev/mem', false],
    ['/dev/xvideo0', false],
  ])('device %s: %s', (device, allowed) => {
    expect(kinds({ camera: { v4l2: { device } } }).length === 0).toBe(allowed);
  });

  it.each([
    ['signs-0123abcd.zqn', true],
    ['../signs.zqn', false],
    ['sub/signs.zqn', false],
    ['.hidden.zqn', false],
    ['signs.zqn\0', false],
    ['incoming.part', false],
    [['signs.zqn'], false],
  ])('model %j: %s', (file, allowed) => {
    expect(kinds({ model: { file } }).length === 0).toBe(allowed);
  });

  it('does not include a whole group, nor what is no key', () => {
    expect(kinds({ camera: null })).toEqual(['camera invalid']);
    expect(kinds({ camera: { http: 5 } })).toEqual(['camera.http invalid']);
    expect(kinds({ camera: {} })).toEqual([]);
    expect(kinds({ 'camera.source': 'http' })).toEqual(['camera.source unknown']);
    expect(kinds({ toString: 1, hasOwnProperty: { a: 1 } })).toEqual(['toString unknown', 'hasOwnProperty unknown']);
  });
});
