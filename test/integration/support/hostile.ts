/** Payloads that nobody should send, as many as wanted, the same ones for the same seed. */

import { checkConfig } from '../../../daemon/config/load.js';
import { keyOf } from '../../../daemon/config/lookup.js';

export interface Hostile {
  /** Below the device's own topic. */
  readonly topic: string;
  readonly payload: Buffer;
  readonly kind: string;
}

/** Mulberry32, after Tommy Ettinger's description: small, and good enough to choose with. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const commands = [
  'snapshot',
  'selftest',
  'identify',
  'logs',
  'restart',
  'model/install',
  'model/activate',
  'model/list',
  'model/remove',
  'model/cancel',
  'nonsense',
  'model',
  'model/',
  '../config/set',
  '__proto__',
  'constructor',
  'toString',
  '%2e%2e/x',
  'ü',
  'x'.repeat(300),
];
const configTopics = [
  'config/set',
  'config/set',
  'config/set',
  'config/set',
  'config/get',
  'config/reset',
  'config/rollback',
];
const traversals = [
  '../../etc/passwd',
  '/etc/shadow',
  '..\\..\\windows',
  'models/../../x.zqn',
  './x.zqn',
  'x.zqn\0.png',
  '.zqn',
  '..zqn',
  '%2e%2e%2fx.zqn',
  'file:///etc/passwd',
  '/dev/mem',
  '/dev/video0/../mem',
  '/dev/videos/../../proc/1/mem',
  '\\\\host\\share',
  '~/x.zqn',
  'incoming.part',
  'http://user:password@host/',
  'https://[::1]:99999/',
  'ftp://host/',
  'javascript:alert(1)',
  '$(reboot)',
  '`reboot`',
  '; reboot',
  '|reboot',
];
const odd: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  9007199254740991,
  '',
  ' ',
  '0',
  'true',
  'null',
  'NaN',
  [],
  {},
  [[]],
  [null],
  [1, 'a'],
  { a: 1 },
  '\u0000',
  '\ud800',
  '\u202e',
  '😀'.repeat(40),
  'a'.repeat(5000),
  { length: 5 },
  { toString: 1 },
  { valueOf: null },
  { toJSON: 'x' },
  JSON.parse('{"then":1}'),
  { hasOwnProperty: 1 },
  ...traversals,
];
const prototypes = [
  '{"__proto__":{"polluted":1}}',
  '{"patch":{"__proto__":{"polluted":1}}}',
  '{"patch":{"constructor":{"prototype":{"polluted":1}}}}',
  '{"patch":{"classify":{"__proto__":{"topK":1}}}}',
  '{"\\u005f_proto__":{"a":1}}',
  '{"id":1,"patch":{"prototype":{}}}',
  '{"patch":{"classify":{"constructor":null}}}',
  '{"patch":[{"__proto__":null}]}',
  '{"patch":{"camera":{"scene":{"__proto__":[]}}}}',
];

/** Dotted paths of every key. */
const keys: readonly string[] = (() => {
  const found: string[] = [];
  const visit = (value: unknown, path: string[]) => {
    if (path.length > 0 && keyOf(path) !== undefined) found.push(path.join('.'));
    else for (const [name, inner] of Object.entries(value as object)) visit(inner, [...path, name]);
  };
  visit(checkConfig({}), []);
  return found;
})();

export class HostileSource {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  next(): Hostile {
    const kinds: (() => [string, string | Buffer, string?])[] = [
      () => ['random bytes', this.#bytes(300)],
      () => ['not UTF-8', this.#broken()],
      () => ['random JSON', JSON.stringify(this.#value(4))],
      () => ['random patch', JSON.stringify({ id: this.#one(odd), patch: this.#value(5) })],
      () => ['deep', this.#deep()],
      () => ['prototype', this.#one(prototypes)],
      () => ['wrong value', this.#wrongValue(), 'config/set'],
      () => ['wrong value', this.#wrongValue(), 'config/set'],
      () => ['several wrong values', this.#wrongValues(), 'config/set'],
      () => ['traversal', this.#traversal()],
      () => ['mutated', this.#mutated()],
      () => ['mutated', this.#mutated()],
      () => ['odd numbers', this.#numbers(), 'config/set'],
      () => ['many keys', this.#manyKeys()],
      () => ['command arguments', this.#arguments()],
      () => ['local only', this.#localOnly(), 'config/set'],
      ...(this.#random() < 0.05 ? [() => ['huge', this.#huge()] as [string, string]] : []),
    ];
    const [kind, payload, wanted] = this.#one(kinds)();
    const topic = wanted ?? (this.#random() < 0.5 ? this.#one(configTopics) : `command/${this.#one(commands)}`);
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
    // An order that is obeyed to the letter is no attack: a restart would only end the run.
    const harmless = topic === 'command/restart' ? Buffer.concat([Buffer.from('{"not":"quite",'), bytes]) : bytes;
    return { topic, kind, payload: harmless };
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#int(list.length)] as T;
  }

  #bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.#int(most) }, () => this.#int(256)));
  }

  #broken(): Buffer {
    const text = Buffer.from(this.#wrongValue());
    text[this.#int(text.length)] = 0x80 + this.#int(0x80);
    return text;
  }

  #value(depth: number): unknown {
    const pick = this.#int(depth <= 0 ? 2 : 4);
    if (pick === 0) return this.#one(odd);
    if (pick === 1) return this.#int(1e6) / (1 + this.#int(1000));
    const length = this.#int(5);
    if (pick === 2) return Array.from({ length }, () => this.#value(depth - 1));
    const name = () =>
      this.#random() < 0.5
        ? (this.#one(keys).split('.')[0] ?? '')
        : (JSON.stringify(this.#one(odd)) ?? '').slice(0, 50);
    return Object.fromEntries(Array.from({ length }, () => [name(), this.#value(depth - 1)]));
  }

  #deep(): string {
    const depth = 33 + this.#int(this.#random() < 0.1 ? 60_000 : 500);
    const [open, close] = this.#one([
      ['[', ']'],
      ['{"a":', '}'],
      ['{"patch":', '}'],
      ['[', ''],
    ] as const);
    return `${open.repeat(depth)}1${close.repeat(depth)}`.slice(0, 131_000);
  }

  #patch(path: string, value: unknown): unknown {
    return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  }

  /** Keys that need a restart only get what can never be right. */
  #anyKey(): { path: string; value: unknown } {
    const path = this.#one(keys);
    const restarts = keyOf(path.split('.'))?.effect === 'process';
    return { path, value: restarts ? { never: 'right' } : this.#one(odd) };
  }

  #wrongValue(): string {
    const { path, value } = this.#anyKey();
    return JSON.stringify({ id: this.#int(1e9), patch: this.#patch(path, value) });
  }

  #wrongValues(): string {
    const patch: Record<string, unknown> = {};
    for (let count = this.#int(6); count >= 0; count -= 1) {
      const { path, value } = this.#anyKey();
      Object.assign(patch, this.#patch(path, value));
    }
    return JSON.stringify({ id: 'several', revision: this.#one([undefined, 0, -1, 'x', 1e99]), patch });
  }

  #localOnly(): string {
    const local = keys.filter((path) => keyOf(path.split('.'))?.remote !== true);
    const value = this.#one(['mqtt://evil:1883', '/tmp/x', 'evil', 1, true, ['evil'], null, ...traversals]);
    const good = this.#random() < 0.5 ? { classify: { topK: 3 } } : {};
    return JSON.stringify({ id: 'local', patch: { ...good, ...(this.#patch(this.#one(local), value) as object) } });
  }

  #traversal(): string {
    const value = this.#one(traversals);
    return this.#one([
      JSON.stringify({ model: value }),
      JSON.stringify({ patch: { model: { file: value } } }),
      JSON.stringify({ patch: { camera: { v4l2: { device: value } } } }),
      JSON.stringify({ patch: { camera: { source: 'files', files: { path: value } } } }),
      JSON.stringify({ patch: { camera: { source: 'ffmpeg', ffmpeg: { input: value } } } }),
      JSON.stringify({ keys: [value], id: value }),
      JSON.stringify({ sha256: 'a'.repeat(64), bytes: 5, signature: value, url: value }),
    ]);
  }

  #mutated(): Buffer {
    const base = this.#one([
      '{"id":"a","patch":{"classify":{"topK":3,"threshold":0.4}}}',
      '{"id":"b","revision":1,"patch":{"camera":{"name":"x"}}}',
      '{"overlay":true,"maxWidth":640,"quality":80}',
      '{"lines":20}',
      `{"sha256":"${'0'.repeat(64)}","bytes":1000,"signature":"AAAA","chunkBytes":1024}`,
    ]);
    const bytes = Buffer.from(base);
    for (let flips = 1 + this.#int(3); flips > 0; flips -= 1) {
      const at = this.#int(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#int(8));
    }
    return this.#random() < 0.3 ? bytes.subarray(0, this.#int(bytes.length)) : bytes;
  }

  #numbers(): string {
    const number = this.#one([
      '1e999',
      '-1e999',
      '0.1e-400',
      '-0',
      '1e21',
      '123456789012345678901234567890',
      '0x10',
      '1_000',
      'NaN',
      'Infinity',
      '01',
      '.5',
      '5.',
    ]);
    const path = this.#one(keys.filter((key) => keyOf(key.split('.'))?.effect !== 'process'));
    return JSON.stringify({ patch: this.#patch(path, '@') }).replace('"@"', number);
  }

  #manyKeys(): string {
    const count = this.#int(2000);
    const patch = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
    return JSON.stringify(this.#random() < 0.5 ? { patch } : patch);
  }

  #arguments(): string {
    const names = [
      'overlay',
      'maxWidth',
      'quality',
      'seconds',
      'lines',
      'model',
      'sha256',
      'bytes',
      'signature',
      'url',
      'chunkBytes',
      'activate',
    ];
    const count = this.#int(4);
    return JSON.stringify(Object.fromEntries(Array.from({ length: count }, () => [this.#one(names), this.#one(odd)])));
  }

  #huge(): string {
    const size = 131_073 + this.#int(900_000);
    return this.#one([
      `{"patch":{"camera":{"name":"${'a'.repeat(size)}"}}}`,
      ' '.repeat(size),
      `[${'1,'.repeat(size / 2)}1]`,
    ]);
  }
}
